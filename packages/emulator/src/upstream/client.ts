import { issuerOf, upstreamClient } from './provider.js'

/** The provider's tokens of one account. */
export interface ProviderTokens {
  accessToken: string
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** The scopes as the provider sent them. Some providers separate them with commas. */
  scope: string
  refreshToken?: string
}

/** What a user granted at a provider: the account, the scopes and the tokens. */
export interface ProviderGrant {
  /** The user's ID at the provider. Some providers send none. */
  subject?: string
  email?: string
  name?: string
  scopes: string[]
  tokens: ProviderTokens
}

/** The tenant's client of the third parties. It sends its requests over HTTP or in the same process. */
export interface UpstreamClient {
  /** Redeems an authorization code. Returns the account and its tokens, or undefined if the third party refuses or is down. */
  redeem(request: CodeRequest): Promise<ProviderGrant | undefined>
  /** Returns new tokens with the same scopes or with `scopes`, or undefined if the third party refuses. Throws `ProviderDown`. */
  refresh(
    connection: string,
    refreshToken: string,
    scopes?: readonly string[],
  ): Promise<ProviderTokens | undefined>
}

/** Thrown if a third party does not send a valid response. */
export class ProviderDown extends Error {
  override readonly name = 'ProviderDown'
  constructor(connection: string) {
    super(`The provider of ${connection} is down`)
  }
}

/** The code to redeem, and the parameters of its authorization request. */
interface CodeRequest {
  connection: string
  code: string
  codeVerifier: string
  redirectUri: string
}

/** The options of `createUpstreamClient`: the third parties' address, a `fetch` that reaches them, and the time. */
export interface UpstreamClientOptions {
  url: string
  now(): number
  fetch(request: Request): Promise<Response>
}

/** Creates the tenant's client of its third parties. */
export function createUpstreamClient(options: UpstreamClientOptions): UpstreamClient {
  return {
    redeem: (request) =>
      redeem(options, request).catch((error) => {
        if (error instanceof ProviderDown) return undefined
        throw error
      }),
    refresh: (connection, refreshToken, scopes) =>
      requestTokens(options, connection, {
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        ...(scopes && { scope: scopes.join(' ') }),
      }),
  }
}

async function redeem(
  options: UpstreamClientOptions,
  { connection, code, codeVerifier, redirectUri }: CodeRequest,
): Promise<ProviderGrant | undefined> {
  const tokens = await requestTokens(options, connection, {
    grant_type: 'authorization_code',
    code,
    code_verifier: codeVerifier,
    redirect_uri: redirectUri,
  })
  return tokens && fetchGrant(options, connection, tokens)
}

function downAs(connection: string): never {
  throw new ProviderDown(connection)
}

async function requestTokens(
  { url, now, fetch }: UpstreamClientOptions,
  connection: string,
  fields: Record<string, string>,
): Promise<ProviderTokens | undefined> {
  const body = new URLSearchParams({ ...fields, ...upstreamClient(connection) })
  const request = new Request(`${issuerOf(url, connection)}/token`, { method: 'POST', body })
  const response = await fetch(request).catch(() => downAs(connection))
  if (response.status >= 500) throw new ProviderDown(connection)
  if (!response.ok) return undefined
  const answer: Partial<Record<string, unknown>> = await response
    .json()
    .catch(() => downAs(connection))
  return {
    accessToken: String(answer.access_token),
    expiresAt: now() + Number(answer.expires_in) * 1000,
    scope: String(answer.scope),
    ...(typeof answer.refresh_token === 'string' && { refreshToken: answer.refresh_token }),
  }
}

async function fetchGrant(
  { url, fetch }: UpstreamClientOptions,
  connection: string,
  tokens: ProviderTokens,
): Promise<ProviderGrant | undefined> {
  const headers = { authorization: `Bearer ${tokens.accessToken}` }
  const response = await fetch(new Request(`${issuerOf(url, connection)}/userinfo`, { headers }))
  if (!response.ok) return undefined
  const { sub, email, name }: Record<string, unknown> = await response.json()
  return {
    ...(typeof sub === 'string' && { subject: sub }),
    ...(typeof email === 'string' && { email }),
    ...(typeof name === 'string' && { name }),
    scopes: tokens.scope.split(/[ ,]+/).filter(Boolean),
    tokens,
  }
}
