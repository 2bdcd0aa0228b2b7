// Runs in every runtime, from the installed package: no TypeScript, no test framework, and nothing but the web's own APIs.
import {
  completeConnect,
  createAuthorizedFetch,
  createConnectedAccountsClient,
  deleteConnectedAccount,
  isConnectCallback,
  iterateConnectedAccounts,
  listConnectedAccounts,
  listConnections,
  memoryTransactions,
  startConnect,
} from '@connected-accounts/client'
import { createDpop } from '@connected-accounts/client/dpop'
import { exchangeConnectionToken } from '@connected-accounts/client/token-vault'
import { refreshTokenSource } from '@connected-accounts/client/tokens'

const redirectUri = 'http://localhost:3000/callback'
const user = 'auth0|alice'

/** Each part is given the session that `GET {host}/session` answers, and throws where something is not as it should be. */
const parts = {
  'lists one page, and all of them': async ({ client }) => {
    const { accounts, next } = await listConnectedAccounts(client, { connection: 'github' })
    equal(accounts.length, 10)
    equal(typeof next, 'string')
    const ids = new Set()
    for await (const { id } of iterateConnectedAccounts(client, { connection: 'github' }))
      ids.add(id)
    equal(ids.size, 45)
  },
  'connects an account, and gives it again': async ({ client, host }) => {
    const flow = await comeBack(client, host, 'allow')
    const [{ account }, twice] = await Promise.all([
      completeConnect(client, flow),
      completeConnect(client, flow),
    ])
    equal(account.connection, 'google-oauth2')
    equal(twice.account.id, account.id)
    const again = await completeConnect(client, flow)
    equal(
      JSON.stringify([again.account.id, again.appState]),
      JSON.stringify([account.id, { step: 2 }]),
    )
  },
  'is told that a consent was refused': async ({ client, host }) => {
    const flow = await comeBack(client, host, 'cancel')
    equal((await failure(completeConnect(client, flow))).code, 'access_denied')
  },
  'refuses the callback of another user': async ({ client, host }) => {
    const flow = await comeBack(client, host, 'allow')
    equal(
      (await failure(completeConnect(client, { ...flow, user: 'auth0|bob' }))).code,
      'user_mismatch',
    )
  },
  'deletes an account once': async ({ client }) => {
    const [account] = (await listConnectedAccounts(client, { connection: 'github' })).accounts
    await deleteConnectedAccount(client, account.id)
    equal((await failure(deleteConnectedAccount(client, account.id))).code, 'not_found')
  },
  'sends DPoP proofs, and answers the nonce challenge': async ({ domain, bound }) => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
    const [privateKey, publicKey] = await Promise.all([
      crypto.subtle.importKey('jwk', bound.privateKey, algorithm, false, ['sign']),
      crypto.subtle.importKey('jwk', bound.publicKey, algorithm, true, ['verify']),
    ])
    const accessToken = () => ({ accessToken: bound.accessToken, tokenType: 'DPoP' })
    const dpop = await createDpop({ keyPair: { privateKey, publicKey } })
    const client = createConnectedAccountsClient({ domain, accessToken, dpop })
    equal((await listConnections(client)).connections.length > 0, true)
    const unbound = createConnectedAccountsClient({ domain, accessToken })
    equal((await failure(listConnections(unbound))).code, 'dpop_prover_missing')
  },
  'authorizes a fetch for the allowed origins only': async ({ domain, accessToken }) => {
    const authorized = createAuthorizedFetch({
      accessToken,
      audience: `${domain}/me/`,
      scope: 'read:me:connected_accounts',
      allowedOrigins: [domain],
    })
    equal((await authorized(`${domain}/me/v1/connected-accounts/connections`)).status, 200)
    equal((await failure(authorized('http://localhost:1/'))) instanceof TypeError, true)
  },
  'gets its tokens with a refresh token, once for many': async ({ domain, spa }) => {
    let sent = 0
    const accessToken = refreshTokenSource({
      domain,
      clientId: spa.clientId,
      refreshToken: () => spa.refreshToken,
      fetch: (request) => {
        sent += 1
        return fetch(request)
      },
    })
    const client = createConnectedAccountsClient({ domain, accessToken })
    const lists = await Promise.all([listConnections(client), listConnections(client)])
    equal(
      lists.every(({ connections }) => connections.length > 0),
      true,
    )
    equal(sent, 1)
  },
  "exchanges for the third party's token, but not in a browser": async ({ domain, api }) => {
    const exchange = exchangeConnectionToken({
      domain,
      clientId: api.clientId,
      clientAuth: { clientSecret: api.clientSecret },
      subjectToken: api.accessToken,
      subjectTokenType: 'access_token',
      connection: 'github',
    })
    if (globalThis.document) equal((await failure(exchange)).message.includes('in a browser'), true)
    else equal(typeof (await exchange).accessToken, 'string')
  },
  'stops where a signal says so': async ({ client }) => {
    const abort = new AbortController()
    const listing = failure(listConnectedAccounts(client, { signal: abort.signal }))
    abort.abort()
    equal((await listing).name, 'AbortError')
  },
}

/** Runs every part and answers what failed, by the part's name; `passed` counts the others. */
export async function run(host) {
  const session = await (await fetch(`${host}/session`)).json()
  const client = createConnectedAccountsClient(session)
  const outcome = { passed: 0, failed: {} }
  for (const [name, part] of Object.entries(parts)) {
    try {
      await part({ ...session, client, host })
      outcome.passed += 1
    } catch (error) {
      outcome.failed[name] = String(error?.stack ?? error)
    }
  }
  return outcome
}

/** What comes back from the provider; the host acts for the person. */
async function comeBack(client, host, decision) {
  const transactions = memoryTransactions()
  const options = {
    connection: 'google-oauth2',
    redirectUri,
    transactions,
    user,
    appState: { step: 2 },
  }
  const { url } = await startConnect(client, options)
  const body = JSON.stringify({ url, decision })
  const callbackUrl = await (await fetch(`${host}/consent`, { method: 'POST', body })).text()
  equal(isConnectCallback(callbackUrl), true)
  return { callbackUrl, transactions, user }
}

function failure(promise) {
  return promise.then(
    () => {
      throw new Error('expected a rejection')
    },
    (error) => error,
  )
}

function equal(actual, expected) {
  if (actual !== expected) throw new Error(`expected ${expected}, got ${actual}`)
}
