import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { loginWithCode } from '@connected-accounts/testing/person/login'
import { createDpop } from '../src/dpop/create-dpop.js'
import type { AccessTokenRequest } from '../src/index.js'
import {
  type RefreshTokenSourceOptions,
  refreshTokenSource,
} from '../src/tokens/refresh-token-source.js'

/** An emulator whose `spa` client rotates its refresh tokens, without leeway, where that is said. */
export function startEmulator({ rotating = false } = {}): Promise<Emulator> {
  const { clients, apis } = defaultTenant()
  for (const { refresh_token } of clients) {
    if (rotating) Object.assign(refresh_token, { rotation_type: 'rotating', leeway: 0 })
  }
  return createEmulator({ port: 0, tenant: { clients, apis } })
}

interface Session {
  emulator: Emulator
  /** Alice by default. */
  user?: { email: string; password: string }
  keyPair?: CryptoKeyPair
  options?: Partial<RefreshTokenSourceOptions>
}

/** A session: a store with its refresh token, a source that uses it, and what the source has sent. */
export async function logIn({ emulator, user, keyPair, options }: Session) {
  const client = emulator.clients.spa
  const login = { emulator, client, ...(user && { user }), ...(keyPair && { dpop: keyPair }) }
  const { refresh_token = '' } = await loginWithCode(login)
  const store = { refreshToken: refresh_token, kept: [refresh_token] }
  const requests: Request[] = []
  const createSource = (more: Partial<RefreshTokenSourceOptions> = {}) =>
    refreshTokenSource({
      domain: emulator.domain,
      clientId: client.clientId,
      refreshToken: () => store.refreshToken,
      onRefreshToken: (refreshToken) => {
        store.refreshToken = refreshToken
        store.kept.push(refreshToken)
      },
      fetch: (request) => {
        requests.push(request.clone())
        return fetch(request)
      },
      ...options,
      ...more,
    })
  const dpop = keyPair && (await createDpop({ keyPair }))
  return { store, requests, createSource, source: createSource({ dpop }), dpop }
}

/** A request for a token of the My Account API. */
export function myAccount(
  emulator: Pick<Emulator, 'url'>,
  more: Partial<AccessTokenRequest> = {},
): AccessTokenRequest {
  const audience = `${emulator.url}/me/`
  return { audience, scope: 'read:me:connected_accounts', forceRefresh: false, ...more }
}

/** A key pair as a login SDK has it, which the test can read. */
export function es256(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
}
