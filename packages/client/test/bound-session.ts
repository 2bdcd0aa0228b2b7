import type { Emulator } from '@connected-accounts/emulator'
import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { createDpop } from '../src/dpop/create-dpop.js'
import {
  type AccessToken,
  type AccessTokenRequest,
  createConnectedAccountsClient,
} from '../src/index.js'

/**
 * Alice, logged in with a DPoP key of her own, and a client for her over real HTTP. Tokens are cached until a fresh one
 * is asked for; `statuses` are the status codes that the server sent.
 */
export async function logInBound(emulator: Pick<Emulator, 'url' | 'domain' | 'clients'>) {
  const es256 = { name: 'ECDSA', namedCurve: 'P-256' }
  const keyPair = await crypto.subtle.generateKey(es256, true, ['sign', 'verify'])
  const session = { emulator, client: emulator.clients.spa, dpop: keyPair }
  const { refresh_token = '' } = await loginWithCode(session)
  const cache = new Map<string, AccessToken>()
  const asked: AccessTokenRequest[] = []

  async function accessToken(request: AccessTokenRequest): Promise<AccessToken> {
    asked.push(request)
    const { audience, scope, forceRefresh } = request
    const cached = forceRefresh ? undefined : cache.get(scope)
    if (cached) return cached
    const fields = { grant_type: 'refresh_token', refresh_token, audience, scope }
    const { body } = await requestToken(session, fields)
    const token = { accessToken: body.access_token, tokenType: body.token_type }
    cache.set(scope, token)
    return token
  }

  const statuses: number[] = []
  async function observed(request: Request): Promise<Response> {
    const response = await fetch(request)
    statuses.push(response.status)
    return response
  }
  const { domain } = emulator
  const dpop = await createDpop({ keyPair })
  const client = createConnectedAccountsClient({ domain, accessToken, dpop, fetch: observed })
  return { client, dpop, asked, statuses, accessToken, keyPair }
}
