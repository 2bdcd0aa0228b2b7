import type { AccessTokenSource, Fetch } from '@connected-accounts/client'
import {
  createIssuedToken,
  DEFAULT_TIMEOUT,
  type IssuedToken,
  within,
} from '@connected-accounts/client/internal'
import { clientCredentialsGrant } from 'openid-client'
import { createAuthorizationServers } from '../tenant/authorization-servers.js'
import { tenantError } from '../tenant/tenant-error.js'

/** An application that acts for itself, not for a user. */
export interface MachineOptions {
  clientId: string
  clientSecret: string
  fetch?: Fetch | undefined
}

/**
 * Returns a source of the application's own tokens (RFC 6749 §4.4). It uses a token until it expires. Calls at the same
 * time share one request.
 *
 * @throws {TypeError} if an option is missing; the message names it.
 * @internal
 */
export function clientCredentials(origin: string, options: MachineOptions): AccessTokenSource {
  for (const name of ['clientId', 'clientSecret'] as const) {
    if (typeof options[name] !== 'string' || !options[name]) {
      throw new TypeError(`${name} is missing.`)
    }
  }
  const tenantAt = createAuthorizationServers({ ...options, timeout: DEFAULT_TIMEOUT })
  let token: IssuedToken | undefined
  let underWay: Promise<IssuedToken> | undefined

  async function grant(audience: string): Promise<IssuedToken> {
    try {
      const { config } = await tenantAt(origin)
      const askedAt = Date.now()
      const answer = await within(clientCredentialsGrant(config, { audience }), DEFAULT_TIMEOUT)
      token = createIssuedToken(answer, { audience, scope: '' }, askedAt)
      return token
    } catch (error) {
      throw await tenantError(error)
    } finally {
      underWay = undefined
    }
  }
  return async ({ audience, forceRefresh, rejectedToken }) => {
    const isUsable = token && token.usableUntil > Date.now()
    // A late rejection may be about an earlier token.
    const isOther = rejectedToken !== undefined && token?.accessToken !== rejectedToken
    if (token && isUsable && (!forceRefresh || isOther)) return token
    underWay ??= grant(audience)
    return underWay
  }
}
