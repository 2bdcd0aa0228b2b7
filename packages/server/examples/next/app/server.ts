import { ServerClient } from '@connected-accounts/server'

const { DOMAIN = '', CLIENT_ID = '', CLIENT_SECRET = '', SECRET = '', ORIGIN = '' } = process.env

// Next.js bundles pages and routes apart; this way they have one server client all the same.
const shared = globalThis as { server?: ServerClient }
shared.server ??= new ServerClient({
  domain: DOMAIN,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  secret: SECRET,
  authorizationParams: { redirect_uri: `${ORIGIN}/auth/callback` },
})

/** The server client of pages, routes and actions. */
export const { server } = shared
