// Leaves the globals that React Native has: first those of Node are taken away, then React Native's own are installed.
const { TextEncoder } = require('node:util')

const missing = [
  'AbortController',
  'AbortSignal',
  'Blob',
  'BroadcastChannel',
  'DOMException',
  'Event',
  'EventTarget',
  'File',
  'FileReader',
  'FormData',
  'Headers',
  'MessageChannel',
  'Request',
  'Response',
  'URL',
  'URLSearchParams',
  'XMLHttpRequest',
  'addEventListener',
  'crypto',
  'document',
  'fetch',
  'history',
  'indexedDB',
  'localStorage',
  'location',
  'sessionStorage',
  'structuredClone',
]
for (const name of missing) delete globalThis[name]
globalThis.navigator = { product: 'ReactNative' }
globalThis.TextEncoder = TextEncoder // Hermes has one
// biome-ignore lint/suspicious/noReactNativeDeepImports: what an app gets before its own code runs
require('react-native/Libraries/Core/setUpXHR')
// Without its native half a Blob cannot be made; then React Native's `fetch` reads bodies as base64.
for (const name of ['Blob', 'File', 'FileReader']) delete globalThis[name]
