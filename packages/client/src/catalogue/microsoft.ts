import type { Provider, SocialProvider } from './provider.js'

// The `picture` of its answer needs a token, so a page cannot show it.
const profile = {
  url: 'https://graph.microsoft.com/oidc/userinfo',
  id: 'sub',
  name: 'name',
  email: 'email',
}

const scopes = {
  openid: 'Sign you in',
  profile: 'See your name and your picture',
  email: 'See your email address',
  offline_access: 'Keep the access when you are away',
  'User.Read': 'See your profile',
  'Calendars.Read': 'See your calendars',
  'Calendars.ReadWrite': 'See, change and delete the events of your calendars',
  'Contacts.Read': 'See your contacts',
  'Files.Read': 'See your files',
  'Files.ReadWrite': 'See, change and delete your files',
  'Mail.Read': 'Read your email',
  'Mail.ReadWrite': 'Read, change and delete your email',
  'Mail.Send': 'Send email on your behalf',
  'Chat.Read': 'Read your chats in Teams',
  'Tasks.ReadWrite': 'See, change and delete your tasks',
}

/**
 * A Microsoft account, with Outlook, Teams and OneDrive. `User.Read` and `offline_access` are added to your scopes,
 * because Auth0 requires them. Microsoft does not allow others to distribute its logo.
 *
 * @see https://auth0.com/ai/docs/connections/microsoft
 */
export const microsoft: SocialProvider<'windowslive'> = {
  name: 'Microsoft',
  strategy: 'windowslive',
  connection: 'windowslive',
  color: '#5E5E5E',
  revokeUrl: 'https://account.live.com/consent/Manage',
  requiredScopes: ['User.Read', 'offline_access'],
  profile,
  scopes,
}

/**
 * Microsoft Entra ID, formerly Azure AD, an enterprise connection: the tenant chooses its name, so write the
 * `connection` in your definition. `openid` and `offline_access` are added to your scopes, because Auth0 requires them.
 *
 * @see https://auth0.com/ai/docs/connections/microsoft-azure
 */
export const entraId: Provider = {
  name: 'Microsoft Entra ID',
  strategy: 'waad',
  color: '#5E5E5E',
  revokeUrl: 'https://myapplications.microsoft.com',
  requiredScopes: ['openid', 'offline_access'],
  profile,
  scopes,
}
