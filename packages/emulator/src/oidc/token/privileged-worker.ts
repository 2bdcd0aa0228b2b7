import { decodeProtectedHeader, importJWK, type JWTPayload, jwtVerify } from 'jose'
import { errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import { addressOf, traceOf } from '../../logs/trace.js'
import { addressList, credentialsOf, publicJwkOf } from '../../tenant/client-credentials.js'
import type { Client, Credential } from '../../tenant/tenant.js'
import { oauthError } from './grant-request.js'

/** The subject token type of the privileged exchange. */
export const PRIVILEGED_SUBJECT = 'urn:ietf:params:oauth:token-type:jwt'
/** The type of token that the privileged exchange issues. */
export const PRIVILEGED_TOKEN = 'http://auth0.com/oauth/token-type/token-vault-access-token'

/** How old the JWT of a privileged exchange can be, in seconds. */
const MAX_AGE = 60

/** The token that a privileged client is allowed to have. */
interface PrivilegedRequest {
  userId: string
  scopes: { allowed: readonly string[]; wanted?: readonly string[] }
}

/** The options of `readPrivilegedRequest`. */
export interface PrivilegedExchange {
  provider: Provider
  context: Tenancy
  ctx: TokenEndpointGrantContext
  connection: string
  /** The JWT that the client has signed. */
  subjectToken: string
}

/**
 * Returns the user and the scopes for which a client can get a token from Token Vault with only a JWT that it signed. Throws
 * `unauthorized_client` (403) if `token_vault_privileged_access` does not allow it, and `invalid_grant` (401) if the JWT is wrong.
 */
export async function readPrivilegedRequest(
  exchange: PrivilegedExchange,
): Promise<PrivilegedRequest> {
  const { context, ctx, connection } = exchange
  const { clientId } = ctx.oidc.client
  const client = context.tenant.clients.find(({ client_id }) => client_id === clientId)
  const { credentials, grants } = accessOf(client, ctx)
  const own = grants.filter((grant) => grant.connection === connection)
  if (own.length === 0) refuseClient(`The client has no grant for the connection ${connection}`)
  const { login_hint, scope } = ctx.oidc.params
  if (login_hint) throw new errors.InvalidRequest('login_hint cannot be combined with a JWT')
  const userId = await readSubject(exchange, credentials)
  const allowed = own.flatMap(({ scopes }) => scopes)
  const wanted = typeof scope === 'string' ? scope.split(' ') : undefined
  return { userId, scopes: { allowed, ...(wanted && { wanted }) } }
}

function accessOf(client: Client | undefined, ctx: TokenEndpointGrantContext) {
  const access = client?.token_vault_privileged_access
  if (!client || !access) return refuseClient('The client has no privileged access to Token Vault')
  const { credentials, ip_allowlist = [], grants = [] } = access
  const address = addressOf(ctx.req)
  const family = address.includes(':') ? 'ipv6' : 'ipv4'
  if (!addressList(ip_allowlist).check(address, family)) {
    refuseClient(`The address ${address} is not in the ip_allowlist`)
  }
  return { credentials: credentialsOf(client, credentials), grants }
}

function refuseClient(description: string): never {
  throw oauthError(403, 'unauthorized_client', description)
}

async function readSubject(
  { provider, context, ctx, subjectToken }: PrivilegedExchange,
  credentials: Credential[],
): Promise<string> {
  const { clientId } = ctx.oidc.client
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
  throw oauthError(401, 'invalid_grant', `The subject token is not valid: ${reason}`)
}
