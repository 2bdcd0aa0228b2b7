import type { SwitchBoard, Switches } from '../faults/switches.js'
import type { ProviderTokens, UpstreamClient } from '../upstream/client.js'
import type { ConnectedAccounts, VaultEntry } from './connected-accounts.js'

/** The account and the scopes of a requested token. */
export interface VaultRequest {
  userId: string
  connection: string
  /** The user's email address or ID at the provider. Without it, the vault uses the account that was connected last. */
  loginHint?: string
  /** The scopes of the token: by default all that the account has. */
  scopes?: ScopeRequest
}

interface ScopeRequest {
  /** The scopes that the token can have at most. */
  allowed: readonly string[]
  /** The scopes that the token must have: by default all that are allowed and that the account has. */
  wanted?: readonly string[]
}

/** Thrown if the user did not grant the requested scopes. */
export class ScopeNotGranted extends Error {
  override readonly name = 'ScopeNotGranted'
}

/** A third party's access token from Token Vault. */
interface VaultToken {
  accessToken: string
  /** How many seconds the token is still valid. */
  expiresIn: number
  /** The scopes as the provider sent them. Some providers separate them with commas. */
  scope: string
  /** The account that the token belongs to. */
  account: { id: string; idp_user_id: string | undefined }
}

/** Token Vault: the third parties' tokens of the connected accounts. */
export interface Vault {
  /**
   * Returns a token that has not expired. Refreshes it at the provider if needed. Returns undefined if no such account is connected,
   * if the provider issued no refresh token, or if it refuses the refresh token. Throws `ProviderDown` and `ScopeNotGranted`.
   */
  exchange(request: VaultRequest): Promise<VaultToken | undefined>
}

/** The options of `createVault`. */
export interface VaultOptions {
  accounts: ConnectedAccounts
  upstream: UpstreamClient
  switches: SwitchBoard
  now(): number
}

/** Token Vault drops a provider's tokens if they are not exchanged for longer than this, in milliseconds: a year. */
const UNUSED_LIFETIME = 365 * 86_400_000

/** Creates Token Vault for the connected accounts. */
export function createVault({ accounts, upstream, switches, now }: VaultOptions): Vault {
  return {
    async exchange(request) {
      const hintKind = switches.get().exchangeLoginHint
      const entry = choose(accounts.list(request.userId), request, hintKind)
      const { scopes } = request
      if (entry) dropUnused(entry, now())
      const tokens =
        entry &&
        (await (scopes
          ? narrowTokens(entry, upstream, scopes)
          : freshTokens(entry, upstream, now())))
      if (!tokens) return undefined
      entry.usedAt = now()
      const { accessToken, expiresAt, scope } = tokens
      const account = { id: entry.item.id, idp_user_id: entry.grant.subject }
      return { accessToken, expiresIn: Math.floor((expiresAt - now()) / 1000), scope, account }
    },
  }
}

function choose(
  entries: VaultEntry[],
  { connection, loginHint }: VaultRequest,
  hintKind: Switches['exchangeLoginHint'],
): VaultEntry | undefined {
  const hint = loginHint?.toLowerCase()
  return entries
    .filter(({ item }) => item.connection === connection)
    .filter(({ grant: { email, subject } }) => {
      if (hint === undefined) return true
      const isEmail = hintKind !== 'id' && email?.toLowerCase() === hint
      return isEmail || (hintKind !== 'email' && subject === loginHint)
    })
    .reduce<VaultEntry | undefined>((latest, entry) => {
      return latest && latest.connectedOrder > entry.connectedOrder ? latest : entry
    }, undefined)
}

function dropUnused({ grant, usedAt }: VaultEntry, now: number): void {
  if (now - usedAt <= UNUSED_LIFETIME) return
  const { scope } = grant.tokens
  grant.tokens = { accessToken: '', expiresAt: 0, scope }
}

async function freshTokens(
  entry: VaultEntry,
  upstream: UpstreamClient,
  now: number,
): Promise<ProviderTokens | undefined> {
  const { grant } = entry
  const { refreshToken, expiresAt } = grant.tokens
  // Like Auth0: without a refresh token the exchange fails, even if the access token is still valid.
  if (refreshToken === undefined) return undefined
  if (expiresAt > now) return grant.tokens
  const tokens = await upstream.refresh(entry.item.connection, refreshToken)
  if (!tokens) return undefined
  grant.tokens = { refreshToken, ...tokens }
  return grant.tokens
}

// A token with fewer scopes is only for this request. The tokens in the vault stay as they are.
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
