module.exports = {
  testEnvironment: 'jest-fixed-jsdom', // jsdom with Node's own fetch, which msw needs
  testEnvironmentOptions: { url: 'http://localhost:3000' },
  testMatch: ['<rootDir>/test/**/*.spec.tsx'],
  testTimeout: 30_000,
  setupFiles: ['<rootDir>/test/web-crypto.js'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: { '\\.tsx?$': 'babel-jest' },
}
