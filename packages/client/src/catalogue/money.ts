import { paypalColor, paypalLogo, stripeColor, stripeLogo } from './generated/logos.js'
import type { SocialProvider } from './provider.js'

/**
 * Login with Amazon. `profile` is added to your scopes, because Auth0 requires it. Amazon does not allow others to
 * distribute its logo.
 *
 * @see https://auth0.com/ai/docs/connections/amazon
 */
export const amazon: SocialProvider<'amazon'> = {
  name: 'Amazon',
  strategy: 'amazon',
  connection: 'amazon',
  color: '#FF9900',
  revokeUrl: 'https://www.amazon.com/ap/adam',
  requiredScopes: ['profile'],
  scopes: {
    profile: 'See your name and your email address',
    postal_code: 'See your postal code',
  },
}

/**
 * FreshBooks. `user:profile:read` is added to your scopes, because Auth0 requires it. Pass `prompt: 'login'` in
 * `authorizationParams`, as Auth0's example does.
 *
 * @see https://auth0.com/ai/docs/connections/freshbooks
 */
export const freshBooks: SocialProvider<'freshbooks'> = {
  name: 'FreshBooks',
  strategy: 'oauth2',
  connection: 'freshbooks',
  color: '#0075DD',
  requiredScopes: ['user:profile:read'],
  scopes: {
    'user:profile:read': 'See your profile',
    'user:clients:read': 'See your clients',
    'user:invoices:read': 'See your invoices',
    'user:invoices:write': 'Create and change invoices',
    'user:expenses:read': 'See your expenses',
  },
}

/**
 * Log in with PayPal. `profile` is added to your scopes, because Auth0 requires it.
 *
 * @see https://auth0.com/ai/docs/connections/paypal
 */
export const payPal: SocialProvider<'paypal'> = {
  name: 'PayPal',
  strategy: 'paypal',
  connection: 'paypal',
  logo: paypalLogo,
  color: paypalColor,
  requiredScopes: ['profile'],
  scopes: {
    openid: 'Sign you in',
    profile: 'See your name',
    email: 'See your email address',
    address: 'See your address',
  },
}

/**
 * Stripe Connect.
 *
 * @see https://auth0.com/ai/docs/connections/stripe-connect
 */
export const stripe: SocialProvider<'stripe'> = {
  name: 'Stripe',
  strategy: 'oauth2',
  connection: 'stripe',
  logo: stripeLogo,
  color: stripeColor,
  revokeUrl: 'https://dashboard.stripe.com/account/applications',
  scopes: {
    read_only: 'See the data of your Stripe account',
    read_write: 'See and change the data of your Stripe account, and take payments',
  },
}
