import { browse } from '@connected-accounts/testing/person/consent'
import { loginWithCode } from '@connected-accounts/testing/person/login'
import type { Emulator } from '../src/index.js'
import { PKCE } from './context.js'

const redirectUri = 'http://localhost:3000/connected'

/** Someone who connects accounts of `acme` as Alice, over HTTP, and exchanges their tokens. */
export async function createConnector(emulator: Emulator) {
  const base = `${emulator.url}/me/v1/connected-accounts`
  const scope = ['offline_access', 'create:me:connected_accounts'].join(' ')
  const client = emulator.clients.web
  const login = { emulator, client, scope, audience: `${emulator.url}/me/` }
  const { access_token, refresh_token = '' } = await loginWithCode(login)
  const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' }
  const post = (path: string, body: object) =>
    fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) })
  let auth_session = ''
  return {
    /** The link of a new flow. */
    async start({ withPkce = true } = {}): Promise<string> {
      const session = await (await post('/connect', request(withPkce))).json()
      auth_session = session.auth_session
      return `${session.connect_uri}?ticket=${session.connect_params.ticket}`
    },
    /** Follows a link to the callback. Where there is `nobody`, a page fails; `before` runs before the way back. */
    visit: (
      link: string,
      person: 'allow' | 'nobody' = 'allow',
      before?: () => void,
    ): Promise<URL> =>
      browse((sent) => step(sent, person, before), link, {
        stop: (url) => url.startsWith(redirectUri),
      }),
    complete: (callback: URL): Promise<Response> =>
      post('/complete', {
        auth_session,
        connect_code: callback.searchParams.get('connect_code'),
        redirect_uri: redirectUri,
        code_verifier: PKCE.verifier,
      }),
    exchange: () => exchange(emulator, refresh_token),
  }
}

function request(withPkce: boolean) {
  return {
    connection: 'acme',
    redirect_uri: redirectUri,
    state: 'connect.abc',
    ...(withPkce && { code_challenge: PKCE.challenge, code_challenge_method: 'S256' }),
  }
}

function step(sent: Request, person: string, before?: () => void): Promise<Response> {
  if (sent.url.includes('/login/callback')) before?.()
  if (sent.method === 'POST' && person === 'nobody') throw new Error('A person is asked')
  return fetch(sent, { redirect: 'manual' })
}

async function exchange({ url, clients }: Emulator, refreshToken: string) {
  const { clientId, clientSecret = '' } = clients.web
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type:
        'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token',
      client_id: clientId,
      client_secret: clientSecret,
      subject_token: refreshToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
      requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
      connection: 'acme',
    }),
  })
  const body: { error?: string; access_token?: string } = await response.json()
  return { status: response.status, body }
}
