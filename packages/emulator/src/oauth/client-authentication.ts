import { isSameSecret } from '../memory/random.js'
import { authMethodOf, type Client, type Tenant } from '../tenant/tenant.js'
import { invalidRequest, OAuthError } from './oauth-error.js'
import { optional, type Parameters } from './token-request.js'

/** The ID and the secret that a client sent. */
export interface ClientSecret {
  id: string
  secret: string
}

/** What a token request says about its client: the `Authorization` header and the parameters. */
export interface ClientRequest {
  authorization: string | null
  parameters: Parameters
}

/**
 * Returns the client of a token request: a public client, or one that authenticates with its secret (RFC 6749 §2.3.1). Throws
 * `invalid_request` (400) and `invalid_client` (401), in the words of oidc-provider, which authenticates clients if the emulator listens.
 */
export function authenticateClient(
  { clients }: Pick<Tenant, 'clients'>,
  request: ClientRequest,
): Client {
  const { id, secret } = readClient(request)
  const client = clients.find(({ client_id }) => client_id === id)
  if (!client) throw invalidClient('client not found')
  const isPublic = authMethodOf(client) === 'none'
  if (isPublic !== (secret === undefined)) {
    const mechanism = 'the provided authentication mechanism'
    throw invalidClient(`${mechanism} does not match the registered client authentication method`)
  }
  if (secret !== undefined && !isSameSecret(secret, client.client_secret ?? '')) {
    throw invalidClient('invalid secret provided')
  }
  return client
}

/** Reads the credentials of a Basic `Authorization` header, whose parts are form-encoded. Throws `invalid_request`. */
export function readBasic(authorization: string): ClientSecret {
  const [, encoded = ''] = /^basic (\S+)$/i.exec(authorization) ?? []
  const text = decodeBase64(encoded)
  const colon = text.indexOf(':')
  if (colon === -1) throw invalidRequest('Invalid authorization header value format')
  return { id: decodePart(text.slice(0, colon)), secret: decodePart(text.slice(colon + 1)) }
}

function readClient({ authorization, parameters }: ClientRequest): Partial<ClientSecret> {
  const [id, secret] = [optional(parameters, 'client_id'), optional(parameters, 'client_secret')]
  if (authorization && secret) {
    const description = 'Client authentication must only be provided using one mechanism'
    throw invalidRequest(description)
  }
  if (authorization === null) {
    if (id) return { id, ...(secret && { secret }) }
    throw invalidRequest('No client authentication mechanism provided')
  }
  const basic = readBasic(authorization)
  if (id !== undefined && id !== basic.id) throw invalidRequest('client_id mismatch')
  if (basic.secret) return basic
  throw invalidRequest('client_secret must be provided in the Authorization header')
}

function decodeBase64(encoded: string): string {
  try {
    return atob(encoded)
  } catch {
    return ''
  }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '))
  } catch {
    const parts = 'client_id and client_secret in the authorization header'
    throw invalidRequest(`${parts} are not properly encoded`)
  }
}

function invalidClient(reason: string): OAuthError {
  return new OAuthError(401, 'invalid_client', `Client authentication failed: ${reason}`)
}
