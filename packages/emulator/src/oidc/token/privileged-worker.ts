import { decodeProtectedHeader, importJWK, type JWTPayload, jwtVerify } from 'jose'
import type { Provider, TokenEndpointGrantContext } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import { addressOf, traceOf } from '../../logs/trace.js'
import { invalidRequest, OAuthError } from '../../oauth/oauth-error.js'
import { optional } from '../../oauth/token-request.js'
import { addressList, credentialsOf, publicJwkOf } from '../../tenant/client-credentials.js'
import type { Client, Credential } from '../../tenant/tenant.js'
import {
  type ExchangeRequest,
  type ExchangeSubject,
  unauthorizedClient,
} from '../../vault/exchange.js'

/** How old the JWT of a privileged exchange can be, in seconds. */
const MAX_AGE = 60

/** The options of `readPrivilegedRequest`. */
export interface PrivilegedExchange {
  provider: Provider
  context: Tenancy
  ctx: TokenEndpointGrantContext
  /** The exchange. The client has signed its subject token. */
  request: ExchangeRequest
}

/**
 * Returns the user and the scopes for which a client can get a token from Token Vault with only a JWT that it signed. Throws
 * `unauthorized_client` (403) if `token_vault_privileged_access` does not allow it, and `invalid_grant` (401) if the JWT is wrong.
 */
export async function readPrivilegedRequest(
  exchange: PrivilegedExchange,
): Promise<ExchangeSubject> {
  const { ctx, request } = exchange
  const { client, connection, loginHint } = request
  const { credentials, grants } = accessOf(client, ctx)
  const own = grants.filter((grant) => grant.connection === connection)
  if (own.length === 0) {
    throw unauthorizedClient(`The client has no grant for the connection ${connection}`)
  }
  if (loginHint) throw invalidRequest('login_hint cannot be combined with a JWT')
  const userId = await readSubject(exchange, credentials)
  const allowed = own.flatMap(({ scopes }) => scopes)
  const wanted = optional(ctx.oidc.params, 'scope')?.split(' ')
  return { userId, scopes: { allowed, ...(wanted && { wanted }) } }
}

function accessOf(client: Client, ctx: TokenEndpointGrantContext) {
  const { token_vault_privileged_access: access } = client
  const { credentials, ip_allowlist = [], grants = [] } = access ?? {}
  const address = addressOf(ctx.req)
  const family = address.includes(':') ? 'ipv6' : 'ipv4'
  if (!addressList(ip_allowlist).check(address, family)) {
    throw unauthorizedClient(`The address ${address} is not in the ip_allowlist`)
  }
  return { credentials: credentialsOf(client, credentials), grants }
}

async function readSubject(
  { provider, context, ctx, request }: PrivilegedExchange,
  credentials: Credential[],
): Promise<string> {
  const { subjectToken } = request
  const { client_id: clientId } = request.client
  const claims = await verify(context, { subjectToken, clientId, credentials })
  const { sub = '', jti = '', iat = 0, audit_context, org_id } = claims
  const length = typeof audit_context === 'string' ? audit_context.length : 0
  if (length < 1 || length > 256) refuseSubject('audit_context must have 1 to 256 characters')
  traceOf(ctx.req).auditContext = String(audit_context)
  if (!context.users.find(sub)) refuseSubject('sub is not a user')
  if (org_id !== undefined && !isMember(context, org_id, sub)) {
    refuseSubject('sub is not a member of the organization org_id')
  }
  const id = `token-vault-req ${jti}`
  const isFirst = await provider.ReplayDetection.unique(clientId, id, iat + MAX_AGE + 1)
  return isFirst ? sub : refuseSubject('The jti has been used before')
}

function isMember({ tenant }: Tenancy, organization: unknown, userId: string): boolean {
  return tenant.organizations.some(
    ({ id, members }) => id === organization && members.includes(userId),
  )
}

interface SignedRequest {
  subjectToken: string
  clientId: string
  credentials: Credential[]
}

async function verify(context: Tenancy, signed: SignedRequest): Promise<JWTPayload> {
  const { subjectToken, clientId, credentials } = signed
  const options = {
    typ: 'token-vault-req+jwt',
    algorithms: ['RS256'],
    issuer: clientId,
    audience: context.issuer,
    requiredClaims: ['sub', 'jti', 'audit_context'],
    maxTokenAge: MAX_AGE,
    currentDate: new Date(context.now()),
  }
  let reason = 'No credential of the client has this kid'
  for (const credential of named(credentials, subjectToken)) {
    try {
      const key = await importJWK(publicJwkOf(credential), 'RS256')
      return (await jwtVerify(subjectToken, key, options)).payload
    } catch (error) {
      reason = error instanceof Error ? error.message : reason
    }
  }
  return refuseSubject(reason)
}

function named(credentials: Credential[], jwt: string): Credential[] {
  try {
    const { kid } = decodeProtectedHeader(jwt)
    return kid === undefined ? credentials : credentials.filter((one) => one.kid === kid)
  } catch {
    return refuseSubject('It is not a JWT')
  }
}

function refuseSubject(reason: string): never {
  throw new OAuthError(401, 'invalid_grant', `The subject token is not valid: ${reason}`)
}
