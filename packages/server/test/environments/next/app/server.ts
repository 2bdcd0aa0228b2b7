import { createHandler, ServerClient } from '@connected-accounts/server'

const { DOMAIN = '', CLIENT_ID = '', CLIENT_SECRET = '', SECRET = '', ORIGINS = '' } = process.env

/** The first origin is the one of production. The others are previews. */
const origins = ORIGINS.split(' ')

/** Returns the origin that a request asks for, if it is in the list. */
export function originOf(headers: Headers): string {
  const host = headers.get('host')
  return origins.find((origin) => new URL(origin).host === host) ?? origins[0] ?? ''
}

function create() {
  const server = new ServerClient({
    domain: DOMAIN,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    secret: SECRET,
    authorizationParams: {
      redirect_uri: ({ request }) => `${originOf(request.headers)}/app/auth/callback/`,
    },
  })
  return { server, handler: createHandler(server, { basePath: '/app' }) }
}

// Next.js bundles pages and routes apart; this way they have one server client all the same.
const shared = globalThis as { application?: ReturnType<typeof create> }
shared.application ??= create()

/** The server client of pages, routes and actions, and its routes. */
export const { server, handler } = shared.application
