// What a call at a provider costs with a cached token: over a bare fetch with the same token, and with a session, over a call of
// getAccessTokenForConnection and a bare fetch. Exits with 1 above the limit. Run it alone with `node bench/provider-fetch.mjs` in
// packages/server.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createEmulator } from '@connected-accounts/emulator'
import {
  createProviderFetch,
  fromAccessToken,
  fromSession,
  ServerClient,
} from '@connected-accounts/server'
import { fillInForms } from '@connected-accounts/testing/person/forms'
import { callbackUrl, headersOf, keepCookies } from './browser.mjs'
import { measure, median, report, timed } from './measure.mjs'

const connection = 'google-oauth2'
const LIMIT = 1.2

/** Measures it, and prints the results. Returns false if a ratio is above the limit. */
export async function measureProviderFetch() {
  const provider = fork(fileURLToPath(new URL('provider.mjs', import.meta.url)))
  const [origin] = await once(provider, 'message')
  const emulator = await createEmulator({ port: 0 })
  await emulator.seed({ user_id: 'auth0|alice', connection })
  const callers = await callersToken(emulator)
  const session = await sessions(emulator)
  const { accessToken } = await callers().getToken({ connection })
  const bare = (token) => fetch(origin, { headers: { authorization: `Bearer ${token}` } })
  const byHand = async () => bare((await session().getToken({ connection })).accessToken)
  const ratios = [
    await compare('A provider fetch with a cached token', {
      fetch: () => bare(accessToken),
      'createProviderFetch, fromAccessToken': () => providerCall(callers(), origin),
    }),
    await compare('A provider fetch with a cached token, and the session in a cookie', {
      'getAccessTokenForConnection, then fetch': byHand,
      'createProviderFetch, fromSession': () => providerCall(session(), origin),
    }),
  ]
  provider.kill()
  await emulator.close()
  return ratios.every((ratio) => ratio <= LIMIT)
}

/** Measures two calls and prints the results. Returns how many times as long as the first one the second one takes. */
async function compare(title, calls) {
  const contenders = Object.entries(calls).map(([name, call]) => [name, () => time(call)])
  const times = await measure(Object.fromEntries(contenders), { rounds: 101, count: 40 })
  report(title, times)
  const [first, second] = Object.values(times)
  return median(second.map((value, round) => value / first[round]))
}

/** As an application does: each request of a user creates its own. */
function providerCall(exchange, origin) {
  return createProviderFetch({ exchange, connection, allowedOrigins: [origin] })(origin)
}

async function time(call) {
  const [body, spent] = await timed(async () => (await call()).json())
  if (body.kind !== 'calendar#events') throw new Error('It is not the answer of the provider')
  return spent
}

async function callersToken({ domain, issueAccessToken }) {
  const clientAuth = { clientSecret: 'api-secret' }
  const exchangeOf = fromAccessToken({ domain, clientId: 'api', clientAuth })
  const audience = 'https://api.example.test/'
  const accessToken = await issueAccessToken({ user_id: 'auth0|alice', audience })
  return () => exchangeOf(accessToken)
}

/** A browser that is logged in, with its session in a cookie. */
async function sessions({ url, domain, clients }) {
  const server = new ServerClient({
    domain,
    ...clients.web,
    secret: 'a'.repeat(64),
    authorizationParams: { redirect_uri: callbackUrl },
  })
  const cookies = new Map()
  const store = () => ({
    request: new Request(callbackUrl, { headers: headersOf(cookies) }),
    response: { headers: new Headers() },
  })
  const answer = async (work) => {
    const options = store()
    const given = await work(options)
    keepCookies(cookies, options.response.headers)
    return given
  }
  const authorizeUrl = await answer((options) => server.startInteractiveLogin({}, options))
  const callback = await fillInForms(url, authorizeUrl)
  await answer((options) => server.completeInteractiveLogin(callback, options))
  return () => fromSession(server, store())
}

if (process.argv[1] === import.meta.filename && !(await measureProviderFetch())) {
  process.exitCode = 1
}
