import type { Tenancy } from '../../context/context.js'
import { readRefreshTokenRequest } from '../../control/input.js'
import { createExpiringMap } from '../../memory/expiring-map.js'
import { randomString } from '../../memory/random.js'
import { absoluteLifetime } from '../../oidc/token/refresh-token-lifetime.js'
import { InputError } from '../../tenant/input-error.js'
import type { LoginGrant } from '../../tenant/refresh-token-policy.js'

/** The user, the client and the login of a refresh token. */
export interface RefreshTokenRequest {
  user_id: string
  /** The client that the token is issued to: by default the first client with the `app_type` `spa`. */
  client_id?: string
  /** The audience of the login: none by default. The token can be exchanged for it besides the audiences in the client's policies. */
  audience?: string
  /** The scopes of this audience that the login granted, separated by spaces. */
  scope?: string
}

/** The refresh tokens that were issued behind msw. */
export interface RefreshTokens {
  /** Issues a refresh token. Throws an `InputError` that names the wrong field. */
  issue(request: RefreshTokenRequest): string
  /** Returns the login of a token, if the token belongs to this client and has not expired. */
  find(token: string, clientId: string): LoginGrant | undefined
  clear(): void
}

/** Creates an empty store of refresh tokens. */
export function createRefreshTokens({ tenant, users, now }: Tenancy): RefreshTokens {
  const logins = createExpiringMap<LoginGrant>(now)
  return {
    issue(request) {
      readRefreshTokenRequest(request, 'refreshToken')
      const { user_id, client_id, audience, scope = '' } = request
      if (!users.find(user_id)) {
        throw new InputError(`refreshToken/user_id is not a user of the tenant: ${user_id}`)
      }
      const client = tenant.clients.find((one) =>
        client_id === undefined ? one.app_type === 'spa' : one.client_id === client_id,
      )
      if (!client?.grant_types.includes('refresh_token')) {
        throw new InputError(
          `refreshToken/client_id is not a client with refresh tokens: ${client_id}`,
        )
      }
      if (client.refresh_token.rotation_type === 'rotating') {
        const way = 'rotates its refresh tokens, which needs an emulator that listens'
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
