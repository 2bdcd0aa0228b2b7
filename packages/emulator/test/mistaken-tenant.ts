import {
  authorizationUrl,
  type Login,
  loginWithCode,
  requestToken,
} from '@connected-accounts/testing/person/login'
import { createBrowser, type Visit } from '@connected-accounts/testing/person/plain-browser'
import { onTestFinished } from 'vitest'
import {
  type Api,
  createEmulator,
  defaultTenant,
  type Emulator,
  MY_ACCOUNT_AUDIENCE,
  type Tenant,
  TOKEN_VAULT_GRANT,
} from '../src/index.js'

/** The scopes of the My Account API. */
export const scopes = ['create', 'read', 'delete'].map((verb) => `${verb}:me:connected_accounts`)

const tokenType = 'urn:ietf:params:oauth:token-type:'

/** An emulator of the default tenant with one mistake, and what an application does there. */
export async function start(mistake: (tenant: Tenant) => void) {
  const tenant = defaultTenant()
  mistake(tenant)
  const emulator = await createEmulator({ port: 0, tenant })
  onTestFinished(() => emulator.close())
  const { spa, web, api } = emulator.clients
  const me = `${emulator.url}/me/`
  const login = { emulator, client: spa }
  const refresh = async (audience: string) => {
    const { refresh_token = '' } = await loginWithCode(login)
    return requestToken(login, { grant_type: 'refresh_token', refresh_token, audience })
  }
  const exchange = async (connection: string) => {
    const request = { emulator, client: web }
    const { refresh_token = '' } = await loginWithCode(request)
    return requestToken(request, {
      grant_type: TOKEN_VAULT_GRANT,
      requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
      subject_token: refresh_token,
      subject_token_type: `${tokenType}refresh_token`,
      connection,
    })
  }
  const myAccountToken = async () =>
    (await loginWithCode({ ...login, audience: me, scope: scopes.join(' ') })).access_token
  const call = (path: string, token: string, body?: object, headers: object = {}) =>
    fetch(`${emulator.url}/me/v1/connected-accounts${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
  return { emulator, login, web, api, me, refresh, exchange, myAccountToken, call }
}

/** The item that is meant. */
export function only<Item>(items: Item[], isWanted: (item: Item) => boolean): Item {
  const item = items.find(isWanted)
  if (!item) throw new Error('The default tenant has another shape than this test believes')
  return item
}

/** The client `spa`. */
export const spaOf = ({ clients }: Tenant) => only(clients, ({ client_id }) => client_id === 'spa')
/** The connection to Google. */
export const googleOf = ({ connections }: Tenant) =>
  only(connections, ({ name }) => name === 'google-oauth2')
/** The My Account API. */
export const myAccountOf = ({ apis }: Tenant): Api =>
  only(apis, ({ identifier }) => identifier === MY_ACCOUNT_AUDIENCE)

/** Sends an authorization request of the client `spa`. Returns the last page; nobody logs in. */
export async function authorize(
  emulator: Emulator,
  params: Record<string, string>,
): Promise<Visit> {
  const url = authorizationUrl({
    emulator,
    client: emulator.clients.spa,
    verifier: 'v'.repeat(43),
    params,
  })
  return createBrowser(emulator.url).visit(url)
}

/** The parameters of the callbacks of a login with these parameters: one by a person, then one with `prompt=none`. */
export async function answersOf(login: Login, params: Record<string, string>) {
  const browser = createBrowser(login.emulator.url)
  const verifier = 'v'.repeat(43)
  const page = await browser.visit(authorizationUrl({ ...login, verifier, params }))
  const { url } = await browser.submit(page, {
    username: 'alice@example.test',
    password: 'password',
  })
  const silent = authorizationUrl({ ...login, verifier, params: { ...params, prompt: 'none' } })
  return [url, (await browser.visit(silent)).url].map(({ searchParams }) => {
    const { state: _state, iss: _iss, ...answer } = Object.fromEntries(searchParams)
    return answer
  })
}
