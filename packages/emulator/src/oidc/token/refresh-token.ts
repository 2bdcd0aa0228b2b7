import { errors, type RefreshToken, type TokenEndpointGrantContext } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import { createOneAtATime } from '../../memory/one-at-a-time.js'
import {
  absoluteLifetime,
  expired,
  idleLifetime,
  refuseBlocked,
  usableToken,
} from '../../oauth/refresh.js'
import { required } from '../../oauth/token-request.js'
import {
  checkDpopReplay,
  checkDpopRequired,
  validateDpop,
  validateGrant,
} from '../provider-internals.js'
import { registerGrant } from './grant-request.js'
import { issueTokens, type Refresh, type RefreshOptions, settingsOf } from './refreshed-tokens.js'

/** The options of `registerRefreshTokenGrant`. */
export interface RefreshTokenGrantOptions extends RefreshOptions {
  /** Called each time a client reuses a rotated token, which revokes the token family. */
  onReuse(): void
}

/** A request for a refresh. */
export interface RefreshRequest extends RefreshOptions {
  ctx: TokenEndpointGrantContext
  /** The refresh token. */
  value: string
  proof: Refresh['proof']
}

/**
 * Replaces oidc-provider's refresh grant with one that supports `audience` (MRRT). It reads the client's policies at each refresh, so
 * a changed policy also applies to existing refresh tokens.
 */
export function registerRefreshTokenGrant(options: RefreshTokenGrantOptions): void {
  const { provider } = options
  const oneAtATime = createOneAtATime()
  registerGrant(provider, {
    name: 'refresh_token',
    parameters: ['refresh_token', 'scope', 'audience'],
    async handle(ctx) {
      const value = required(ctx.oidc.params, 'refresh_token')
      const proof = await validateDpop(provider, ctx)
      checkDpopRequired(provider, ctx, proof)
      // Of two simultaneous refreshes, the second must see that the first has used the token.
      await oneAtATime(value, async () => {
        const refresh = await findRefresh({ ...options, ctx, value, proof })
        await refuseReuse(refresh, options)
        if (!(await renew(options.context, refresh.source))) throw expired()
        const { audience, scope } = ctx.oidc.params
        await issueTokens(refresh, { audience, scope })
      })
    },
  })
}

/**
 * Finds the refresh token and the grant of a request. Throws `invalid_grant` if the client cannot use the token: it is unknown, has
 * expired, is another client's or bound to another key, or the user is blocked.
 */
export async function findRefresh({ value, ...request }: RefreshRequest): Promise<Refresh> {
  const { provider, context, ctx, proof } = request
  const found = await provider.RefreshToken.find(value, { ignoreExpiration: true })
  const source = usableToken(found, ctx.oidc.client.clientId)
  const grant = await validateGrant(provider, ctx, source.grantId ?? '')
  await checkDpopReplay(provider, ctx, proof, ctx.oidc.client.clientId)
  if (source.jkt && source.jkt !== proof?.thumbprint) {
    throw new errors.InvalidGrant('the refresh token is bound to another key')
  }
  refuseBlocked(context, source.accountId)
  return { ...request, source, grant }
}

// RFC 9700 §4.14.2: if a rotated refresh token is used again, someone has stolen it, so the whole token family is revoked.
async function refuseReuse(refresh: Refresh, { onReuse }: RefreshTokenGrantOptions): Promise<void> {
  const { provider, context, source, grant } = refresh
  const { leeway = 0 } = settingsOf(refresh) ?? {}
  const usedAt = typeof source.consumed === 'number' ? source.consumed : undefined
  if (usedAt === undefined || context.now() < (usedAt + leeway) * 1000) return
  onReuse()
  await provider.RefreshToken.revokeByGrantId(grant.jti)
  await grant.destroy()
  throw new errors.InvalidGrant('refresh token already used')
}

/**
 * Returns in how many seconds an unused refresh token expires, by the client's current settings: at the end of the absolute lifetime
 * or of the idle lifetime, whichever is first. The token has expired if the number is 0 or less.
 */
export function remainingLifetime(
  { tenant }: Pick<Tenancy, 'tenant'>,
  token: RefreshToken,
): number {
  const client = tenant.clients.find(({ client_id }) => client_id === token.clientId)
  const left = absoluteLifetime(client?.refresh_token) - token.totalLifetime()
  return Math.min(left, idleLifetime(client?.refresh_token))
}

/** Restarts the idle lifetime of a token that is used. Returns false if the token has expired. */
export async function renew(
  context: Pick<Tenancy, 'tenant'>,
  token: RefreshToken,
): Promise<boolean> {
  const left = remainingLifetime(context, token)
  if (left <= 0) return false
  token.exp = Math.floor(Date.now() / 1000) + left
  await token.save()
  return true
}
