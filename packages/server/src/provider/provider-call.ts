import { isTokenError } from '@connected-accounts/client'
import { discard, unlessAborted } from '@connected-accounts/client/internal'
import type { ConnectionToken } from '@connected-accounts/client/token-vault'
import { type GrantEvidence, lostGrant, type NeededGrant } from './lost-grant.js'
import type { SendWith } from './outgoing-request.js'
import { refusedScopes } from './scope-refusal.js'

/** Options of {@link createProviderCall}. @internal */
export interface ProviderCallOptions extends NeededGrant {
  /** The scopes that the token must have, by what Token Vault says of it. */
  checked: readonly string[]
}

/**
 * Creates the function that sends one request with a token, and again with another one if the provider responds with 401.
 *
 * @internal
 */
export function createProviderCall({
  checked,
  ...needed
}: ProviderCallOptions): (sendWith: SendWith, signal: AbortSignal) => Promise<Response> {
  return async (sendWith, signal) => {
    const token = await takeToken(needed, { checked, signal })
    let response = await sendWith(token)
    let refused = await refusedScopes(response)
    if (response.status === 401 && !refused) {
      discard(response)
      const rejectedToken = token.accessToken
      const fresh = await takeToken(needed, { checked, signal, rejectedToken })
      // Token Vault may have no other one: it keeps a token until it expires, also if it was revoked at the provider.
      if (fresh.accessToken === rejectedToken) throw await lostGrant(needed, TOKEN_REFUSED)
      response = await sendWith(fresh)
      refused = await refusedScopes(response)
    }
    if (!refused && response.status !== 401) return response
    discard(response)
    if (!refused) throw await lostGrant(needed, TOKEN_REFUSED)
    throw await lostGrant(needed, { found: 'scopes_refused', scopes: refused })
  }
}

const TOKEN_REFUSED: GrantEvidence = { found: 'token_refused' }

interface TakeOptions {
  checked: readonly string[]
  signal: AbortSignal
  /** The token that the provider has just refused. */
  rejectedToken?: string
}

/** Returns a token that has the scopes, as far as Token Vault says what it allows. */
async function takeToken(
  needed: NeededGrant,
  { checked, signal, rejectedToken }: TakeOptions,
): Promise<ConnectionToken> {
  const { exchange, connection, loginHint, scopes } = needed
  const wanted = exchange.getToken({ connection, loginHint, scopes, rejectedToken })
  const token = await unlessAborted(wanted, signal).catch(async (cause: unknown) => {
    const found = isTokenError(cause) ? FOUND.get(cause.code) : undefined
    if (!found) throw cause
    const isRefused = found === 'no_token' && rejectedToken !== undefined
    throw await lostGrant(needed, { found: isRefused ? 'token_refused' : found, cause })
  })
  if (!isToken(token)) throw new TypeError('exchange.getToken returned no token.')
  const isMissing = checked.some((scope) => !token.scopes.includes(scope))
  // Some providers do not say what a token allows.
  if (token.scopes.length === 0 || !isMissing) return token
  throw await lostGrant(needed, { found: 'scopes_refused' })
}

/** What the errors of an exchange say about a grant. All others pass. */
const FOUND = new Map<string, GrantEvidence['found']>([
  ['connection_not_connected', 'no_token'],
  ['invalid_scope', 'scopes_refused'],
])

/** Checked here because the runtime would repeat a header value that it refuses, and a token must not be in a message. */
function isToken({ accessToken, scopes }: ConnectionToken): boolean {
  return typeof accessToken === 'string' && /^[!-~]+$/.test(accessToken) && Array.isArray(scopes)
}
