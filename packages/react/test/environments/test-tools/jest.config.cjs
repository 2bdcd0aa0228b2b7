const swc = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', tsx: true },
    transform: { react: { runtime: 'automatic' } },
  },
}

module.exports = {
  testEnvironment: 'jest-fixed-jsdom', // jsdom with Node's own fetch, which msw needs
  testEnvironmentOptions: { url: 'http://localhost:3000' },
  testMatch: ['<rootDir>/test/**/*.spec.tsx'],
  testTimeout: 30_000,
  setupFiles: ['<rootDir>/test/web-crypto.ts'],
  transform: { '\\.([cm]?js|tsx?)$': ['@swc/jest', swc] },
  transformIgnorePatterns: [], // also compiles node_modules to CommonJS, where msw and others are ES modules
}
