// What Metro does not leave out of its transform, Jest does not either: packages that are ES modules.
const transformed =
  '(jest-)?react-native|@react-native|@connected-accounts|@tanstack|openapi-fetch|react-native-url-polyfill'

module.exports = {
  preset: '@react-native/jest-preset',
  testTimeout: 120_000, // the first use of a component of React Native translates it
  setupFiles: ['./native/globals.cjs'],
  transformIgnorePatterns: [`node_modules/(?!(${transformed}))`],
  // Their other half is native.
  moduleNameMapper: {
    '^expo-crypto$': '<rootDir>/native/expo-crypto.cjs',
    '^expo-secure-store$': '<rootDir>/native/storage.cjs',
    '^expo-web-browser$': '<rootDir>/native/expo-web-browser.cjs',
    '^@react-native-async-storage/async-storage$': '<rootDir>/native/storage.cjs',
    '^\\./NativeNetworkingIOS$': '<rootDir>/native/networking.cjs',
  },
}
