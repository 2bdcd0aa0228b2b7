import type { Auth0ClientOptions } from '@auth0/auth0-spa-js'

declare global {
  interface Window {
    /** The options for the page's Auth0 client. A test sets them before the page loads. */
    options: Auth0ClientOptions
  }
}
