import { SignJWT } from 'jose'
import type { Context, Tenancy } from '../context/context.js'
import { InputError } from '../tenant/input-error.js'
import { MY_ACCOUNT_AUDIENCE } from '../tenant/tenant.js'
import { accessTokenClaims } from './access-token-claims.js'

/** The user, client, API and scopes of an access token to issue. */
export interface AccessTokenRequest {
  /** The ID of the user who owns the token. */
  user_id: string
  /** The client that the token is issued to: by default the first client with the `app_type` `spa`. */
  client_id?: string
  /** The identifier of the API: the My Account API by default. */
  audience?: string
  /** The scopes, separated by spaces: all scopes of the API by default. */
  scope?: string
  /** The ID of the organization that the user is logged in to: none by default. */
  org_id?: string
  /** The thumbprint of the key that the token is bound to (RFC 9449 §6.1). By default, the token is a Bearer token. */
  jkt?: string
}

/**
 * Issues an access token without a login. It ignores the client's grants and the user's permissions. Rejects with an `InputError` that names the field if
 * the tenant has no such user, client, API, organization or scope. `custom` are claims that Actions have set.
 */
export async function issueAccessToken(
  context: Context,
  request: AccessTokenRequest,
  custom: Record<string, unknown> = {},
): Promise<string> {
  const { kid, privateKey } = context.signingKey
  const { user_id, jkt } = request
  const api = apiOf(context, request)
  const { typ, claims } = accessTokenClaims(context, {
    api,
    userId: userOf(context, user_id),
    clientId: clientOf(context, request),
    scope: scopeOf(api.scopes, request),
    lifetime: api.token_lifetime,
    jkt,
    more: organizationOf(context, request),
    custom,
  })
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ, kid }).sign(privateKey)
}

function apiOf({ tenant, myAccountAudience }: Tenancy, { audience, jkt }: AccessTokenRequest) {
  const isMyAccount = audience === undefined || audience === MY_ACCOUNT_AUDIENCE
  const wanted = isMyAccount ? myAccountAudience : audience
  const api = tenant.apis.find(({ identifier }) => identifier === wanted)
  if (!api) throw new InputError(`accessToken/audience is not an API of the tenant: ${wanted}`)
  const { proof_of_possession: mode } = api
  if (mode === 'required' && jkt === undefined) {
    throw new InputError('accessToken/jkt is required: the API takes no token without a key')
  }
  if (mode === 'none' && jkt !== undefined) {
    throw new InputError('accessToken/jkt must be left out: the API takes no token with a key')
  }
  return api
}

function userOf({ users }: Tenancy, userId: string): string {
  if (users.find(userId)) return userId
  throw new InputError(`accessToken/user_id is not a user of the tenant: ${userId}`)
}

function clientOf({ tenant: { clients } }: Tenancy, { client_id }: AccessTokenRequest): string {
  const client = clients.find((one) =>
    client_id === undefined ? one.app_type === 'spa' : one.client_id === client_id,
  )
  if (client) return client.client_id
  throw new InputError(`accessToken/client_id is not a client of the tenant: ${client_id ?? 'spa'}`)
}

function organizationOf({ tenant }: Tenancy, { org_id, user_id }: AccessTokenRequest) {
  if (org_id === undefined) return {}
  const organization = tenant.organizations.find(({ id }) => id === org_id)
  if (organization?.members.includes(user_id)) return { org_id, org_name: organization.name }
  throw new InputError(`accessToken/org_id is not an organization of the user: ${org_id}`)
}

function scopeOf(known: readonly string[], { scope }: AccessTokenRequest): string {
  const unknown = scope?.split(' ').find((name) => name !== '' && !known.includes(name))
  if (unknown === undefined) return scope ?? known.join(' ')
  throw new InputError(`accessToken/scope is not a scope of the API: ${unknown}`)
}
