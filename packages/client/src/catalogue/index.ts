export { bitbucket, digitalOcean, github, huggingFace } from './code.js'
export { box, dropbox, figma } from './files.js'
export { google, googleWorkspace } from './google.js'
export { discord, fitbit, snapchat, spotify, tumblr, twitch, twitter } from './media.js'
export { entraId, microsoft } from './microsoft.js'
export { amazon, freshBooks, payPal, stripe } from './money.js'
export type {
  ProfileEndpoint,
  Provider,
  RevocationEndpoint,
  SocialProvider,
} from './provider.js'
export { basecamp, salesforce, slack } from './work.js'
