import { InputError } from '../check-input.js'
import type { Context } from '../context.js'
import { createExpiringMap } from '../expiring-map.js'
import { absoluteLifetime } from '../oidc/refresh-token-lifetime.js'
import type { LoginGrant } from '../refresh-token-policy.js'
import { randomString } from '../secrets.js'

/** Whose refresh token, and of which login. */
export interface RefreshTokenRequest {
  user_id: string
  /** The client that the token is issued to; the first with the `app_type` `spa` by default. */
  client_id?: string
  /** What the login was for, by which the token is good for other audiences than the client's policies say; none by default. */
  audience?: string
  /** What the login granted of this audience, separated by spaces. */
  scope?: string
}

/** The refresh tokens that were issued behind msw. */
export interface RefreshTokens {
  /** Throws an `InputError` that names the field. */
  issue(request: RefreshTokenRequest): string
  /** The login of a token, if it is this client's and has not expired. */
  find(token: string, clientId: string): (LoginGrant & { userId: string }) | undefined
  clear(): void
}

/** None yet. */
export function createRefreshTokens({ tenant, users, now }: Context): RefreshTokens {
  const logins = createExpiringMap<LoginGrant & { userId: string }>(now)
  return {
    issue({ user_id, client_id, audience, scope = '' }) {
      if (!users.find(user_id)) {
        throw new InputError(`refreshToken/user_id is no user of the tenant: ${user_id}`)
      }
      const client = tenant.clients.find((one) =>
        client_id === undefined ? one.app_type === 'spa' : one.client_id === client_id,
      )
      if (!client?.grant_types.includes('refresh_token')) {
        throw new InputError(
          `refreshToken/client_id is no client with refresh tokens: ${client_id}`,
        )
      }
      if (client.refresh_token.rotation_type === 'rotating') {
        const way = 'rotates its refresh tokens, which needs the emulator that listens'
        throw new InputError(`refreshToken/client_id ${way}: ${client.client_id}`)
      }
      const token = randomString(64)
      const { client_id: clientId } = client
      const login = { userId: user_id, clientId, audience, scopes: scope.split(' ') }
      logins.set(token, login, now() + absoluteLifetime(client.refresh_token) * 1000)
      return token
    },
    find(token, clientId) {
      const login = logins.get(token)
      return login?.clientId === clientId ? login : undefined
    },
    clear: () => logins.clear(),
  }
}
