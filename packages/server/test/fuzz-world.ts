import type { Emulator } from '@connected-accounts/emulator'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { createHandler, type Route, type ServerClient, sharedSessions } from '../src/index.js'
import { memoryLock, memoryStore, rotatingEmulator } from './shared.js'
import { createServer, loggedIn, type Visitor } from './visitor.js'

export type Mode = 'cookie' | 'store'

/** What the tenant does with the next requests of the application. */
export type TenantState = 'fine' | 'away' | 'broken' | 'empty' | 'busy'

/** An application and its tenant, and all that an attacker could have by then. */
export interface FuzzWorld {
  handler: Route
  emulator: Emulator
  tenant: { state: TenantState }
  /** Tokens and other secrets that the tenant has issued to the application, which nobody may see. */
  secrets: Set<string>
  /** Starts anew: with new sessions and flows of Alice, and of Bob, who does nothing wrong. */
  renew(): Promise<Loot>
  close(): Promise<void>
}

/** Things that are valid, or were, by name. */
export interface Loot {
  bob: Visitor
  /** The cookies of Alice's browsers. Those of `leaves` are for requests that end a session. */
  cookies: Record<'reads' | 'rereads' | 'leaves' | 'nobody', [name: string, value: string][]>
  /** Callback URLs, some of them used. Those of logins are of `leaves`, and those of connect flows of `reads`. */
  loginCallbacks: string[]
  connectCallbacks: string[]
  accountIds: string[]
  logoutTokens: string[]
}

const FAILURES: Record<Exclude<TenantState, 'fine'>, () => Response> = {
  away: () => {
    throw new TypeError('fetch failed')
  },
  broken: () => new Response('<html>', { status: 500, headers: { 'content-type': 'text/html' } }),
  empty: () => new Response(null, { status: 200 }),
  busy: () => Response.json({ error: 'too_many_requests' }, { status: 429 }),
}

const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }

export async function createFuzzWorld(mode: Mode): Promise<FuzzWorld> {
  const emulator = await rotatingEmulator()
  const secrets = new Set<string>()
  const tenant: FuzzWorld['tenant'] = { state: 'fine' }
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const key = { ...(await exportJWK(publicKey)), kid: 'of-the-test', alg: 'RS256', use: 'sig' }
  const sessions = sharedSessions(memoryStore().keyv, { lock: memoryLock() })
  const server = createServer(emulator, {
    cookiePrefix: 'ca', // the requests have names with it
    ...(mode === 'store' && { sessions }),
    async fetch(request) {
      if (tenant.state !== 'fine') return FAILURES[tenant.state]()
      const response = await fetch(request)
      if (request.url.endsWith('/oauth/token')) await keepSecrets(secrets, response.clone())
      return request.url.endsWith('/jwks.json') ? withKey(response, key) : response
    },
  })
  return {
    handler: createHandler(server),
    emulator,
    tenant,
    secrets,
    async renew() {
      tenant.state = 'fine'
      secrets.clear()
      emulator.reset()
      return createLoot(emulator, server, (claims) => sign(claims, emulator.url, privateKey))
    },
    close: () => emulator.close(),
  }
}

async function withKey(response: Response, key: JWK): Promise<Response> {
  const { keys } = await response.json()
  return Response.json({ keys: [...keys, key] })
}

/** Keeps what the token endpoint issued: access, refresh and ID tokens. */
async function keepSecrets(secrets: Set<string>, response: Response): Promise<void> {
  const tokens: Record<string, unknown> = await response.json()
  for (const [name, value] of Object.entries(tokens)) {
    if (/^(access|refresh|id)_token$/.test(name)) secrets.add(String(value))
  }
}

function sign(claims: object, issuer: string, key: CryptoKey): Promise<string> {
  const iat = Math.floor(Date.now() / 1000)
  const who = { iss: `${issuer}/`, aud: 'web', iat, exp: iat + 120, jti: crypto.randomUUID() }
  return new SignJWT({ ...who, events, ...claims })
    .setProtectedHeader({ alg: 'RS256', typ: 'logout+jwt', kid: 'of-the-test' })
    .sign(key)
}

async function createLoot(
  emulator: Emulator,
  server: ServerClient,
  sign: (claims: object) => Promise<string>,
): Promise<Loot> {
  const bob = await loggedIn(server, emulator.url, { email: 'bob@example.test' })
  const [reads, rereads, leaves] = await Promise.all(
    [1, 2, 3].map(() => loggedIn(server, emulator.url)),
  )
  if (!reads || !rereads || !leaves) throw new Error('Somebody is not logged in')
  await emulator.seed({ user_id: 'auth0|bob', connection: 'github' })
  await emulator.seed({ user_id: 'auth0|alice', connection: 'github', count: 10 })
  const accountIds: string[] = []
  for (const visitor of [bob, reads]) {
    const { accounts } = await visitor.request((store) => server.listConnectedAccounts({}, store))
    accountIds.push(...accounts.map(({ id }) => id))
  }
  const loginCallbacks = await callbacksOfLogins(server, leaves)
  const connectCallbacks = await callbacksOfConnects(server, reads)
  return {
    bob,
    cookies: {
      reads: [...reads.cookies],
      rereads: [...rereads.cookies],
      leaves: [...leaves.cookies],
      nobody: [],
    },
    loginCallbacks,
    connectCallbacks,
    accountIds,
    logoutTokens: await Promise.all(
      [
        { sid: 'of nobody' },
        { sub: 'auth0|carol' },
        { sub: 'auth0|alice', iat: 1 },
        { aud: 'spa', sub: 'auth0|bob' },
      ].map((claims) => sign(claims)),
    ),
  }
}

/** Logins of which one was completed, one was refused, and two are still to be completed. */
async function callbacksOfLogins(server: ServerClient, visitor: Visitor): Promise<string[]> {
  const start = () =>
    visitor.request((store) =>
      server.startInteractiveLogin({ appState: { returnTo: '/settings' } }, store),
    )
  const used = await visitor.logIn(await start())
  await visitor.request((store) => server.completeInteractiveLogin(used, store))
  const fresh = [await visitor.logIn(await start()), await visitor.logIn(await start())]
  const state = new URL(await start()).searchParams.get('state')
  const refused = new URL(used)
  refused.search = String(new URLSearchParams({ error: 'access_denied', state: state ?? '' }))
  return [used, refused, ...fresh].map(String)
}

/** Connect flows of which one was completed, one was refused, and two are still to be completed. */
async function callbacksOfConnects(server: ServerClient, visitor: Visitor): Promise<string[]> {
  const start = () =>
    visitor.request((store) =>
      server.startConnectAccount({ connection: 'google-oauth2', returnTo: '/settings' }, store),
    )
  const used = await visitor.connect(await start())
  await visitor.request((store) => server.completeConnectAccount(used, store))
  const refused = await visitor.connect(await start(), { decision: 'cancel' })
  const fresh = [await visitor.connect(await start()), await visitor.connect(await start())]
  return [used, refused, ...fresh].map(String)
}
