import {
  errors,
  type Grant,
  type Provider,
  type RefreshToken,
  type TokenEndpointGrantContext,
} from 'oidc-provider'
import { type PostLoginOutcome, runPostLogin } from '../../actions/run-post-login.js'
import type { Context } from '../../context/context.js'
import { policyNeeds } from '../../oauth/my-account-policy.js'
import { readRefresh } from '../../oauth/refresh.js'
import type { Parameters } from '../../oauth/token-request.js'
import { findOrganization } from '../../tenant/connections.js'
import type { LoginGrant, RefreshTarget } from '../../tenant/refresh-token-policy.js'
import type { Client } from '../../tenant/tenant.js'
import { accountOf } from '../account.js'
import type { GrantOrganizations } from '../login/organization-grants.js'
import { MfaRequired } from '../mfa/mfa-required.js'
import type { MfaTimes } from '../mfa/mfa-times.js'
import type { MfaTransactions } from '../mfa/mfa-transactions.js'
import { buildTokenResponse, type validateDpop } from '../provider-internals.js'
import { resourceOf, resourceServer } from '../resource-servers.js'
import { oauthError } from './grant-request.js'

/** The parts of the emulator that a refresh uses. */
export interface RefreshOptions {
  provider: Provider
  context: Context
  organizations: GrantOrganizations
  mfaTimes: MfaTimes
  mfaTransactions: MfaTransactions
}

/** One refresh, by a refresh token that belongs to the client. */
export interface Refresh extends RefreshOptions {
  ctx: TokenEndpointGrantContext
  source: RefreshToken
  grant: Grant
  /** The proof of the request, if it has one. */
  proof: Awaited<ReturnType<typeof validateDpop>>
}

/** Responds with new tokens for the audience and the scopes of the request, or throws why the user gets none. */
export async function issueTokens(refresh: Refresh, parameters: Parameters): Promise<void> {
  const { provider, context, ctx, proof } = refresh
  const target = readRefresh(context, loginOf(refresh), parameters)
  await requireFactor(refresh, target, parameters)
  const { scopes } = target
  const requested = typeof parameters.scope === 'string' ? parameters.scope.split(' ') : scopes
  const action = await runAction(refresh, { target, scopes: requested })

  const token = createAccessToken(refresh, target, scopes)
  Object.assign(token, { extra: action.accessToken })
  if (proof) token.setThumbprint('jkt', proof.thumbprint)
  const accessToken = await token.save()
  ctx.body = buildTokenResponse(provider, {
    accessToken,
    expiresIn: token.expiration,
    idToken: scopes.includes('openid')
      ? await issueIdToken(refresh, scopes, action.idToken)
      : undefined,
    refreshToken: await rotate(refresh),
    scope: scopes.join(' '),
    tokenType: token.tokenType,
  })
}

async function requireFactor(
  refresh: Refresh,
  { api }: RefreshTarget,
  parameters: Parameters,
): Promise<void> {
  const { context, source, mfaTimes, mfaTransactions } = refresh
  const { accountId: userId = '', clientId = '', jti: refreshToken } = source
  const isRecent = mfaTimes.isRecent(source.grantId)
  const needs = policyNeeds(context, { audience: api?.identifier, userId, isRecent })
  if (needs !== 'mfa') return
  // A rotating token is used up by the refused refresh, too: the one with the second factor rotates it.
  if (isRotating(refresh) && source.consumed === undefined) await source.consume()
  throw new MfaRequired(mfaTransactions.add({ clientId, userId, refreshToken, parameters }))
}

async function runAction(
  { context, ctx, organizations, source }: Refresh,
  { target, scopes }: { target: RefreshTarget; scopes: string[] },
): Promise<PostLoginOutcome> {
  const { org_id } = organizations.claims(source.grantId)
  const outcome = await runPostLogin(context, {
    userId: source.accountId ?? '',
    clientId: source.clientId ?? '',
    protocol: 'oauth2-refresh-token',
    requestedScopes: scopes,
    audience: target.api?.identifier,
    organization: findOrganization(context.tenant, org_id),
    request: {
      of: ctx.req,
      method: ctx.method,
      url: new URL(ctx.path, context.url),
      userAgent: ctx.get('user-agent'),
    },
  })
  if (outcome.denial !== undefined) throw oauthError(403, 'access_denied', outcome.denial)
  return outcome
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
  target: RefreshTarget,
  scopes: string[],
) {
  const { api } = target
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

async function issueIdToken(
  refresh: Refresh,
  scopes: string[],
  added: Record<string, unknown>,
): Promise<string> {
  const { provider, context, organizations, ctx, source } = refresh
  const user = context.users.find(source.accountId)
  if (!user) throw new errors.InvalidGrant('the user does not exist')
  const account = accountOf(user, { ...organizations.claims(source.grantId), added })
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
  if (!isRotating(refresh)) return source.jti
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

function isRotating(refresh: Refresh): boolean {
  return settingsOf(refresh)?.rotation_type === 'rotating'
}

/** Returns the client's settings of its refresh tokens. */
export function settingsOf({
  context,
  source,
}: Pick<Refresh, 'context' | 'source'>): Client['refresh_token'] | undefined {
  const client = context.tenant.clients.find(({ client_id }) => client_id === source.clientId)
  return client?.refresh_token
}
