import type { Tenancy } from '../../context/context.js'
import { readRefreshTokenRequest } from '../../control/input.js'
import { createExpiringMap } from '../../memory/expiring-map.js'
import { randomString } from '../../memory/random.js'
import { absoluteLifetime, idleLifetime, usableToken } from '../../oauth/refresh.js'
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
  /** Returns the login of a client's token, and restarts the idle lifetime. Throws `invalid_grant` if the token is not valid. */
  use(token: string, clientId: string): LoginGrant
  clear(): void
}

/** The times are in milliseconds since the epoch. */
interface IssuedToken {
  login: LoginGrant
  issuedAt: number
  usedAt: number
}

/** Creates an empty store of refresh tokens. */
export function createRefreshTokens(context: Tenancy): RefreshTokens {
  const { now } = context
  const tokens = createExpiringMap<IssuedToken>(now)
  return {
    issue(request) {
      const login = readLogin(context, request)
      const token = randomString(64)
      tokens.set(token, { login, issuedAt: now(), usedAt: now() }, Number.POSITIVE_INFINITY)
      return token
    },
    use(value, clientId) {
      const found = tokens.get(value)
      const token = found && {
        found,
        clientId: found.login.clientId,
        isExpired: hasExpired(context, found),
      }
      const { found: used } = usableToken(token, clientId)
      used.usedAt = now()
      return used.login
    },
    clear: () => tokens.clear(),
  }
}

function readLogin({ tenant, users }: Tenancy, request: RefreshTokenRequest): LoginGrant {
  readRefreshTokenRequest(request, 'refreshToken')
  const { user_id: userId, client_id, audience, scope = '' } = request
  if (!users.find(userId)) {
    throw new InputError(`refreshToken/user_id is not a user of the tenant: ${userId}`)
  }
  const client = tenant.clients.find((one) =>
    client_id === undefined ? one.app_type === 'spa' : one.client_id === client_id,
  )
  if (!client?.grant_types.includes('refresh_token')) {
    throw new InputError(`refreshToken/client_id is not a client with refresh tokens: ${client_id}`)
  }
  if (client.refresh_token.rotation_type === 'rotating') {
    const way = 'rotates its refresh tokens, which needs an emulator that listens'
    throw new InputError(`refreshToken/client_id ${way}: ${client.client_id}`)
  }
  return { userId, clientId: client.client_id, audience, scopes: scope.split(' ') }
}

function hasExpired({ tenant, now }: Tenancy, { login, issuedAt, usedAt }: IssuedToken): boolean {
  const client = tenant.clients.find(({ client_id }) => client_id === login.clientId)
  const settings = client?.refresh_token
  const endsAt = issuedAt + absoluteLifetime(settings) * 1000
  return now() >= Math.min(endsAt, usedAt + idleLifetime(settings) * 1000)
}
