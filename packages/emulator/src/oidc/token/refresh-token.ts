import {
  errors,
  type Grant,
  type Provider,
  type RefreshToken,
  type TokenEndpointGrantContext,
} from 'oidc-provider'
import type { Context } from '../../context/context.js'
import { createOneAtATime } from '../../memory/one-at-a-time.js'
import { expired, readRefresh, refuseBlocked, usableToken } from '../../oauth/refresh.js'
import { required } from '../../oauth/token-request.js'
import type { LoginGrant, RefreshTarget } from '../../tenant/refresh-token-policy.js'
import type { Client } from '../../tenant/tenant.js'
import { accountOf } from '../account.js'
import type { GrantOrganizations } from '../login/organization-grants.js'
import {
  buildTokenResponse,
  checkDpopReplay,
  checkDpopRequired,
  validateDpop,
  validateGrant,
} from '../provider-internals.js'
import { resourceOf, resourceServer } from '../resource-servers.js'
import { registerGrant } from './grant-request.js'
import { renew } from './refresh-token-lifetime.js'

/** The options of `registerRefreshTokenGrant`. */
export interface RefreshTokenGrantOptions {
  provider: Provider
  context: Context
  organizations: GrantOrganizations
  /** Called each time a client reuses a rotated token, which revokes the token family. */
  onReuse(): void
}

/** One refresh. */
interface Refresh extends RefreshTokenGrantOptions {
  ctx: TokenEndpointGrantContext
  source: RefreshToken
  grant: Grant
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
        const found = await provider.RefreshToken.find(value, { ignoreExpiration: true })
        const source = usableToken(found, ctx.oidc.client.clientId)
        const grant = await validateGrant(provider, ctx, source.grantId ?? '')
        await checkDpopReplay(provider, ctx, proof, ctx.oidc.client.clientId)
        if (source.jkt && source.jkt !== proof?.thumbprint) {
          throw new errors.InvalidGrant('the refresh token is bound to another key')
        }
        const refresh = { ...options, ctx, source, grant }
        refuseBlocked(options.context, source.accountId)
        await refuseReuse(refresh)
        if (!(await renew(options.context, source))) throw expired()
        await issueTokens(refresh, proof?.thumbprint)
      })
    },
  })
}

// RFC 9700 §4.14.2: if a rotated refresh token is used again, someone has stolen it, so the whole token family is revoked.
async function refuseReuse(refresh: Refresh): Promise<void> {
  const { provider, context, source, grant, onReuse } = refresh
  const { leeway = 0 } = settingsOf(refresh) ?? {}
  const usedAt = typeof source.consumed === 'number' ? source.consumed : undefined
  if (usedAt === undefined || context.now() < (usedAt + leeway) * 1000) return
  onReuse()
  await provider.RefreshToken.revokeByGrantId(grant.jti)
  await grant.destroy()
  throw new errors.InvalidGrant('refresh token already used')
}

async function issueTokens(refresh: Refresh, thumbprint: string | undefined): Promise<void> {
  const { provider, context, ctx } = refresh
  const target = readRefresh(context, loginOf(refresh), ctx.oidc.params)
  const { scopes } = target
  const token = createAccessToken(refresh, target)
  if (thumbprint !== undefined) token.setThumbprint('jkt', thumbprint)
  const accessToken = await token.save()
  ctx.body = buildTokenResponse(provider, {
    accessToken,
    expiresIn: token.expiration,
    idToken: scopes.includes('openid') ? await issueIdToken(refresh, scopes) : undefined,
    refreshToken: await rotate(refresh),
    scope: scopes.join(' '),
    tokenType: token.tokenType,
  })
}

function loginOf({ context, source, grant }: Refresh): LoginGrant {
  const [resource] = [source.resource ?? []].flat()
  const { apis } = context.tenant
  const granted = `${grant.getOIDCScope()} ${resource ? grant.getResourceScope(resource) : ''}`
  return {
    userId: source.accountId ?? '',
    clientId: source.clientId ?? '',
    // An API of another domain does not exist here.
    audience:
      apis.find(({ identifier }) => resourceOf(identifier) === resource)?.identifier ?? resource,
    scopes: [...new Set(granted.split(' '))],
  }
}

function createAccessToken(
  { provider, context, ctx, source }: Refresh,
  { api, scopes }: RefreshTarget,
) {
  return new provider.AccessToken({
    client: ctx.oidc.client,
    accountId: source.accountId,
    grantId: source.grantId ?? '',
    gty: 'refresh_token',
    scope: scopes.join(' '),
    sessionUid: source.sessionUid,
    sid: source.sid,
    ...(api && {
      resourceServer: new provider.ResourceServer(
        resourceOf(api.identifier),
        resourceServer(context, ctx, { api, subject: 'user' }),
      ),
    }),
  })
}

async function issueIdToken(refresh: Refresh, scopes: string[]): Promise<string> {
  const { provider, context, organizations, ctx, source } = refresh
  const user = context.users.find(source.accountId)
  if (!user) throw new errors.InvalidGrant('the user does not exist')
  const account = accountOf(user, organizations.claims(source.grantId))
  ctx.oidc.entity('Account', account)
  const scope = scopes.join(' ')
  const claims = {
    ...(await account.claims('id_token', scope, {}, [])),
    auth_time: source.authTime,
  }
  const idToken = Object.assign(new provider.IdToken(claims, { ctx }), { scope, mask: {} })
  idToken.set('sid', source.sid)
  return idToken.issue({ use: 'idtoken' })
}

async function rotate(refresh: Refresh): Promise<string> {
  const { provider, ctx, source } = refresh
  if (settingsOf(refresh)?.rotation_type !== 'rotating') return source.jti
  // The leeway begins with the first use.
  if (source.consumed === undefined) await source.consume()
  const { jti: _jti, iat: _iat, exp: _exp, consumed: _consumed, scope = '', ...kept } = source
  const rotations = (source.rotations ?? 0) + 1
  const grantId = source.grantId ?? ''
  const gty = source.gty ?? ''
  const { client: registered } = ctx.oidc
  const next = { ...kept, scope, grantId, gty, client: registered, rotations }
  return new provider.RefreshToken(next).save()
}

function settingsOf({ context, source }: Refresh): Client['refresh_token'] | undefined {
  const client = context.tenant.clients.find(({ client_id }) => client_id === source.clientId)
  return client?.refresh_token
}
