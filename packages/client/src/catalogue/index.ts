export { github } from './github.js'
export { google } from './google.js'
export type { Provider, SocialProvider } from './provider.js'
