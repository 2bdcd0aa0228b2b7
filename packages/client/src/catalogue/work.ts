import { basecampColor, basecampLogo } from './generated/logos.js'
import type { SocialProvider } from './provider.js'

/**
 * Slack. Opt in to "Token Rotation" in the Slack app, so that Slack issues refresh tokens. Slack does not allow others
 * to distribute its logo.
 *
 * @see https://auth0.com/ai/docs/connections/slack
 */
export const slack: SocialProvider<'sign-in-with-slack'> = {
  name: 'Slack',
  strategy: 'oauth2',
  connection: 'sign-in-with-slack',
  color: '#4A154B',
  revokeUrl: 'https://slack.com/apps/manage',
  profile: { url: 'https://slack.com/api/auth.test', id: 'user_id', name: 'user' },
  revocation: { url: 'https://slack.com/api/auth.revoke', tokenIn: 'header' },
  scopes: {
    'channels:read': 'See the public channels of your workspace',
    'channels:history': 'Read messages in public channels',
    'groups:read': 'See your private channels',
    'groups:history': 'Read messages in your private channels',
    'im:history': 'Read your direct messages',
    'chat:write': 'Send messages on your behalf',
    'users:read': 'See the people of your workspace',
    'users:read.email': 'See the email addresses of your workspace',
    'files:read': 'See the files that you share',
    'search:read': 'Search your workspace',
  },
}

/**
 * Basecamp. It has no scopes: an app may do what the person may.
 *
 * @see https://auth0.com/ai/docs/connections/basecamp
 */
export const basecamp: SocialProvider<'basecamp'> = {
  name: 'Basecamp',
  strategy: 'thirtysevensignals',
  connection: 'basecamp',
  logo: basecampLogo,
  color: basecampColor,
}

/**
 * Salesforce. `openid`, `refresh_token` and `offline_access` are added to your scopes. Auth0 also requires `api`, which
 * opens all data of the person, so ask for it yourself. All of them must be allowed in the app at Salesforce, too.
 * Salesforce does not allow others to distribute its logo.
 *
 * @see https://auth0.com/ai/docs/connections/salesforce
 */
export const salesforce: SocialProvider<'salesforce'> = {
  name: 'Salesforce',
  strategy: 'salesforce',
  connection: 'salesforce',
  color: '#00A1E0',
  requiredScopes: ['openid', 'refresh_token', 'offline_access'],
  scopes: {
    openid: 'Sign you in',
    api: 'See and change your data',
    refresh_token: 'Keep the access when you are away',
    offline_access: 'Keep the access when you are away',
  },
}
