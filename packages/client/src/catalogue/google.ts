import { googleColor, googleLogo } from './generated/logos.js'
import type { Provider, SocialProvider } from './provider.js'

const profile = {
  url: 'https://openidconnect.googleapis.com/v1/userinfo',
  id: 'sub',
  name: 'name',
  email: 'email',
  picture: 'picture',
}

// Google revokes the refresh token, too, if the access token has one.
const revocation = { url: 'https://oauth2.googleapis.com/revoke', tokenIn: 'form' } as const // a literal type

const scopes = {
  openid: 'Know who you are on Google',
  profile: 'See your name and your picture',
  email: 'See your email address',
  'https://www.googleapis.com/auth/userinfo.profile': 'See your name and your picture',
  'https://www.googleapis.com/auth/userinfo.email': 'See your email address',
  'https://www.googleapis.com/auth/calendar': 'See, change, share and delete your calendars',
  'https://www.googleapis.com/auth/calendar.readonly': 'See your calendars',
  'https://www.googleapis.com/auth/calendar.events': 'See and change the events of your calendars',
  'https://www.googleapis.com/auth/calendar.events.readonly': 'See the events of your calendars',
  'https://www.googleapis.com/auth/calendar.freebusy': 'See when you are free',
  'https://www.googleapis.com/auth/drive': 'See, change and delete all your files in Google Drive',
  'https://www.googleapis.com/auth/drive.readonly':
    'See and download all your files in Google Drive',
  'https://www.googleapis.com/auth/drive.file':
    'See and change the files in Google Drive that you use with this app',
  'https://www.googleapis.com/auth/gmail.readonly': 'See your email messages and settings',
  'https://www.googleapis.com/auth/gmail.send': 'Send email on your behalf',
  'https://www.googleapis.com/auth/gmail.modify': 'Read, write and send your email',
  'https://www.googleapis.com/auth/spreadsheets': 'See, change and delete all your spreadsheets',
  'https://www.googleapis.com/auth/contacts.readonly': 'See your contacts',
  'https://www.googleapis.com/auth/tasks': 'See, change and delete your tasks',
  'https://www.googleapis.com/auth/youtube.readonly': 'See your YouTube account',
}

/**
 * Google, with Gmail, Calendar, Drive and YouTube. Google wants `openid` and `profile` in every request for scopes; they are
 * added to yours. Switch on "Offline Access" in the connection's permissions, so that Google issues a refresh token. Auth0's
 * sample for Python passes `access_type: 'offline'` in `authorizationParams`, which the published API does not list.
 *
 * @see https://auth0.com/ai/docs/connections/google
 */
export const google: SocialProvider<'google-oauth2'> = {
  name: 'Google',
  strategy: 'google-oauth2',
  connection: 'google-oauth2',
  logo: googleLogo,
  color: googleColor,
  revokeUrl: 'https://myaccount.google.com/connections',
  requiredScopes: ['openid', 'profile'],
  profile,
  revocation,
  scopes,
}

/**
 * Google Workspace, an enterprise connection: the tenant chooses its name, so write the `connection` in your definition.
 * `openid` and `profile` are added to your scopes as for Google.
 *
 * @see https://auth0.com/ai/docs/connections/google-workspace
 */
export const googleWorkspace: Provider = {
  name: 'Google Workspace',
  strategy: 'google-apps',
  logo: googleLogo,
  color: googleColor,
  revokeUrl: 'https://myaccount.google.com/connections',
  requiredScopes: ['openid', 'profile'],
  profile,
  revocation,
  scopes,
}
