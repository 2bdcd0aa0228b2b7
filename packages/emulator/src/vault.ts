import type { ConnectedAccounts, ProviderTokens, VaultEntry } from './connected-accounts.js'
import type { UpstreamClient } from './upstream/client.js'

/** Which account's token is asked for. */
interface VaultRequest {
  userId: string
  connection: string
  /** The provider's email address or id of the person; without it the most recently connected account counts. */
  loginHint?: string
  /** Which scopes the token may have; if absent, all that the account has. */
  scopes?: ScopeRequest
}

interface ScopeRequest {
  /** At most these. */
  allowed: readonly string[]
  /** Exactly these; by default all that are allowed and that the account has. */
  wanted?: readonly string[]
}

/** Thrown where an account was not granted the scopes that are asked for. */
export class ScopeNotGranted extends Error {
  override readonly name = 'ScopeNotGranted'
}

/** A third party's access token out of Token Vault. */
interface VaultToken {
  accessToken: string
  /** Seconds. */
  expiresIn: number
  /** As the provider wrote it; some separate by commas. */
  scope: string
  /** The account that it belongs to. */
  account: { id: string; idp_user_id: string }
}

/** Token Vault: the third parties' tokens of the connected accounts. */
export interface Vault {
  /**
   * A token that is not expired, refreshed at the provider if need be. `undefined` if no such account is connected, if the
   * provider never gave a refresh token, or if it no longer takes it. Throws `ProviderDown` and `ScopeNotGranted`.
   */
  exchange(request: VaultRequest): Promise<VaultToken | undefined>
}

/** What the vault needs. */
export interface VaultOptions {
  accounts: ConnectedAccounts
  upstream: UpstreamClient
  now(): number
}

/** Creates the vault over the connected accounts. */
export function createVault({ accounts, upstream, now }: VaultOptions): Vault {
  return {
    async exchange(request) {
      const entry = choose(accounts.list(request.userId), request)
      const { scopes } = request
      const tokens =
        entry &&
        (await (scopes
          ? narrowTokens(entry, upstream, scopes)
          : freshTokens(entry, upstream, now())))
      if (!tokens) return undefined
      const { accessToken, expiresAt, scope } = tokens
      const account = { id: entry.item.id, idp_user_id: entry.grant.subject }
      return { accessToken, expiresIn: Math.floor((expiresAt - now()) / 1000), scope, account }
    },
  }
}

function choose(
  entries: VaultEntry[],
  { connection, loginHint }: VaultRequest,
): VaultEntry | undefined {
  const hint = loginHint?.toLowerCase()
  return entries
    .filter(({ item }) => item.connection === connection)
    .filter(({ grant: { email, subject } }) => {
      return hint === undefined || email?.toLowerCase() === hint || subject === loginHint
    })
    .reduce<VaultEntry | undefined>((latest, entry) => {
      return latest && latest.connectedOrder > entry.connectedOrder ? latest : entry
    }, undefined)
}

async function freshTokens(
  entry: VaultEntry,
  upstream: UpstreamClient,
  now: number,
): Promise<ProviderTokens | undefined> {
  const { grant } = entry
  const { refreshToken, expiresAt } = grant.tokens
  // As seen at Auth0: without a refresh token there is nothing to exchange, be the access token good or not.
  if (refreshToken === undefined) return undefined
  if (expiresAt > now) return grant.tokens
  const tokens = await upstream.refresh(entry.item.connection, refreshToken)
  if (!tokens) return undefined
  grant.tokens = { refreshToken, ...tokens }
  return grant.tokens
}

// A token of fewer scopes is the request's own: what the vault keeps stays as it is.
async function narrowTokens(
  { item, grant }: VaultEntry,
  upstream: UpstreamClient,
  { allowed, wanted }: ScopeRequest,
): Promise<ProviderTokens | undefined> {
  const granted = item.scopes.filter((scope) => allowed.includes(scope))
  const scopes = wanted ?? granted
  const isGranted = scopes.length > 0 && scopes.every((scope) => granted.includes(scope))
  if (!isGranted) throw new ScopeNotGranted('The account was not granted such scopes')
  const { refreshToken } = grant.tokens
  if (refreshToken === undefined) return undefined
  return upstream.refresh(item.connection, refreshToken, scopes)
}
