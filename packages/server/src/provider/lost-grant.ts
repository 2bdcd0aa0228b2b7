import {
  type ConnectedAccount,
  ConnectionRequiredError,
  type ConnectionRequiredReason,
} from '@connected-accounts/client'
import type { ConnectionTokenSource } from '../tokens/connection-token-source.js'

/** What a call at a provider needs. @internal */
export interface NeededGrant {
  exchange: ConnectionTokenSource
  connection: string
  loginHint: string | undefined
  scopes: readonly string[]
}

/** What a failed call has shown. @internal */
export interface GrantEvidence {
  /** `no_token`: Token Vault has no token. `token_refused`: the provider refused one. `scopes_refused`: it lacks scopes. */
  found: 'no_token' | 'token_refused' | 'scopes_refused'
  /** Scopes that the call needs beside those that are known before it. */
  scopes?: readonly string[]
  cause?: unknown
}

/**
 * Creates the error for a grant that does not serve a call. It lists the user's accounts, if the source can.
 *
 * @internal
 */
export async function lostGrant(
  { exchange, connection, loginHint, scopes }: NeededGrant,
  { found, scopes: others = [], cause }: GrantEvidence,
): Promise<ConnectionRequiredError> {
  // If they cannot be listed, the failed call is still what the caller must hear of.
  const accounts = await exchange.listAccounts?.(connection).catch(() => undefined)
  const isHinted = loginHint !== undefined
  const [only, ...more] = accounts ?? []
  // Without a token, the only account may be another one than the login hint is about.
  const isKnown = more.length === 0 && (!isHinted || found !== 'no_token')
  return new ConnectionRequiredError({
    connection,
    scopes: [...new Set([...scopes, ...others])],
    accountId: isKnown ? only?.id : undefined,
    reason: reasonOf(found, { accounts, isHinted }),
    cause,
  })
}

function reasonOf(
  found: GrantEvidence['found'],
  { accounts, isHinted }: { accounts: ConnectedAccount[] | undefined; isHinted: boolean },
): ConnectionRequiredReason {
  if (accounts?.length === 0) return 'not_connected'
  if (found === 'scopes_refused') return 'missing_scopes'
  if (accounts?.every(isOver)) return 'expired'
  if (found === 'token_refused') return 'revoked'
  return accounts && !isHinted ? 'expired' : 'not_connected'
}

function isOver({ expires_at }: ConnectedAccount): boolean {
  return expires_at !== undefined && Date.parse(expires_at) <= Date.now()
}
