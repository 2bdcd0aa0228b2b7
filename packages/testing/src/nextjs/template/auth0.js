import { Auth0Client } from '@auth0/nextjs-auth0/server'

// Domain, client, secret and base URL come from the environment.
export const auth0 = new Auth0Client({
  allowInsecureRequests: true,
  enableConnectAccountEndpoint: true,
  useDPoP: process.env.AUTH0_DPOP_PRIVATE_KEY !== undefined,
})
