import { importJWK, jwtVerify } from 'jose'
import { errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider'
import type { Context, Lab, Tenancy } from '../../context/context.js'
import { traceOf } from '../../logs/trace.js'
import { authMethodOf, TOKEN_VAULT_GRANT } from '../../tenant/tenant.js'
import { ProviderDown } from '../../upstream/client.js'
import { ScopeNotGranted, type Vault } from '../../vault/vault.js'
import { buildTokenResponse, checkDpopReplay, validateDpop } from '../provider-internals.js'
import { oauthError, required } from './grant-request.js'
import { PRIVILEGED_SUBJECT, PRIVILEGED_TOKEN, readPrivilegedRequest } from './privileged-worker.js'
import { renew } from './refresh-token-lifetime.js'

const federatedToken = 'http://auth0.com/oauth/token-type/federated-connection-access-token'
const tokenType = 'urn:ietf:params:oauth:token-type:'

/** Registers the grant that exchanges a token of Auth0 for the provider's access token of a connected account (RFC 8693). */
export function registerTokenVaultExchange(
  provider: Provider,
  context: Context,
  vault: Vault,
): void {
  provider.registerGrantType(
    TOKEN_VAULT_GRANT,
    async (ctx) => {
      requireOwnClient(context, ctx.oidc.client.clientId)
      const subjectToken = required(ctx, 'subject_token')
      const subjectTokenType = required(ctx, 'subject_token_type')
      const isPrivileged = subjectTokenType === PRIVILEGED_SUBJECT
      const issuedTokenType = isPrivileged ? PRIVILEGED_TOKEN : federatedToken
      requireTokenType(required(ctx, 'requested_token_type'), issuedTokenType, subjectTokenType)
      const trace = traceOf(ctx.req)
      const connection = enabledConnection(context, required(ctx, 'connection'))
      const thumbprint = await readProof(provider, context, ctx)
      const given = { provider, context, ctx, connection, subjectToken }
      const account = isPrivileged
        ? await readPrivilegedRequest(given)
        : await readAccount({ ...given, subjectTokenType, thumbprint })
      trace.userId = account.userId
      const answer = vault
        .exchange({ ...account, connection })
        .catch((error) => refuseExchange(context, error))
      const { account: exchanged, ...found } = (await answer) ?? refuseUnconnected()
      trace.account = exchanged
      ctx.body = buildTokenResponse(provider, {
        ...found,
        tokenType: 'Bearer',
        issuedTokenType,
      })
    },
    [
      'subject_token',
      'subject_token_type',
      'requested_token_type',
      'connection',
      'login_hint',
      'scope',
    ],
  )
}

function requireOwnClient({ tenant }: Tenancy, clientId: string): void {
  const client = tenant.clients.find(({ client_id }) => client_id === clientId)
  const { is_first_party = true, oidc_conformant = true } = client ?? {}
  if (client && authMethodOf(client) !== 'none' && is_first_party && oidc_conformant) return
  const wanted = 'confidential, first-party and OIDC-conformant'
  throw oauthError(403, 'unauthorized_client', `Token Vault needs a client that is ${wanted}`)
}

function requireTokenType(requested: string, issued: string, subjectTokenType: string): void {
  if (requested === issued) return
  const description = `requested_token_type must be ${issued} with the subject_token_type ${subjectTokenType}`
  throw new errors.InvalidRequest(description)
}

function enabledConnection({ tenant }: Tenancy, name: string): string {
  const connection = tenant.connections.find((known) => known.name === name)
  if (connection?.connected_accounts.active) return name
  throw new errors.InvalidRequest('Token Vault is not enabled for the provided connection')
}

interface Subject {
  provider: Provider
  context: Context
  ctx: TokenEndpointGrantContext
  subjectToken: string
  subjectTokenType: string
  /** The thumbprint of the key that signed the request's proof. */
  thumbprint: string | undefined
}

async function readAccount(subject: Subject): Promise<{ userId: string; loginHint?: string }> {
  const userId = await readSubject(subject)
  const { login_hint: loginHint } = subject.ctx.oidc.params
  return { userId, ...(typeof loginHint === 'string' && { loginHint }) }
}

async function readSubject(subject: Subject): Promise<string> {
  const readers: Record<string, (subject: Subject) => Promise<string | undefined>> = {
    [`${tokenType}access_token`]: userOfAccessToken,
    [`${tokenType}refresh_token`]: userOfRefreshToken,
  }
  const read = readers[subject.subjectTokenType]
  if (!read) {
    const supported = [...Object.keys(readers), PRIVILEGED_SUBJECT].join(' or ')
    throw new errors.InvalidRequest(`subject_token_type must be ${supported}`)
  }
  const userId = await read(subject)
  if (userId !== undefined && subject.context.users.find(userId)) return userId
  throw oauthError(401, 'invalid_grant', 'The subject token is not valid')
}

async function userOfAccessToken({
  context,
  ctx,
  subjectToken,
}: Subject): Promise<string | undefined> {
  const client = context.tenant.clients.find(
    ({ client_id }) => client_id === ctx.oidc.client.clientId,
  )
  // jose accepts any audience if it is `undefined`, so a client without an API must not get that far.
  if (!client?.resource_server_identifier) return undefined
  const { issuer, signingKey, now } = context
  const options = {
    algorithms: ['RS256'],
    issuer,
    audience: client.resource_server_identifier,
    requiredClaims: ['sub', 'exp'],
    currentDate: new Date(now()),
  }
  const key = await importJWK(signingKey.publicJwk, 'RS256')
  return jwtVerify(subjectToken, key, options).then(
    ({ payload }) => payload.sub,
    () => undefined,
  )
}

async function userOfRefreshToken({
  provider,
  context,
  ctx,
  subjectToken,
  thumbprint,
}: Subject): Promise<string | undefined> {
  const { clientId } = ctx.oidc.client
  const client = context.tenant.clients.find(({ client_id }) => client_id === clientId)
  if (client?.refresh_token.rotation_type === 'rotating') {
    throw new errors.InvalidRequest('Token Vault needs refresh token rotation turned off')
  }
  const token = await provider.RefreshToken.find(subjectToken)
  if (!token?.isValid || token.clientId !== clientId) return undefined
  const isHeld = !token.jkt || token.jkt === thumbprint
  const isIgnored = context.switches.get().exchangeProof === 'ignored'
  if (!isHeld && !isIgnored) return undefined
  return (await renew(context, token)) ? token.accountId : undefined
}

// The issued token is never bound, so a proof only shows that the client has the key of its subject token.
async function readProof(
  provider: Provider,
  { switches }: Lab,
  ctx: TokenEndpointGrantContext,
): Promise<string | undefined> {
  if (switches.get().exchangeProof === 'ignored') return undefined
  const proof = await validateDpop(provider, ctx)
  await checkDpopReplay(provider, ctx, proof, ctx.oidc.client.clientId)
  return proof?.thumbprint
}

function refuseExchange({ switches }: Lab, error: unknown): undefined {
  if (error instanceof ScopeNotGranted) throw new errors.InvalidScope(error.message, '')
  if (!(error instanceof ProviderDown)) throw error
  if (switches.get().exchangeWhileDown === '401') return undefined
  throw oauthError(503, 'temporarily_unavailable', error.message)
}

function refuseUnconnected(): never {
  throw oauthError(
    401,
    'federated_connection_refresh_token_not_found',
    'Federated connection Refresh Token not found.',
  )
}
