import type { components } from './generated/my-account.js'
import type { Placed } from './paging.js'
import { randomString } from './secrets.js'

/** An account as the My Account API shows it. */
export type ConnectedAccount = components['schemas']['ConnectedAccount']

/** The provider's tokens of one account. */
export interface ProviderTokens {
  accessToken: string
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** As the provider wrote it; some separate by commas. */
  scope: string
  refreshToken?: string
}

/** What a user granted at a provider: whose account, which scopes, and the tokens. */
export interface ProviderGrant {
  /** The provider's id of the person. */
  subject: string
  email?: string
  name?: string
  scopes: string[]
  tokens: ProviderTokens
}

/** A connected account, and what Token Vault keeps of it. */
export interface VaultEntry extends Placed<ConnectedAccount> {
  readonly userId: string
  grant: ProviderGrant
  /** Grows with every connect: the highest is the most recent. */
  connectedOrder: number
}

/** Who connects an account, and in which organization if any. */
export interface Owner {
  userId: string
  orgId: string | undefined
}

/** The connected accounts of all users; the oldest are forgotten beyond 10 000. */
export interface ConnectedAccounts {
  /**
   * Adds an account. The same account of the provider connected again by the same user stays one: its id and its date are
   * kept, its scopes, tokens and organization replaced.
   */
  connect(owner: Owner, connection: string, grant: ProviderGrant): VaultEntry
  /** In the order in which they were first connected. */
  list(userId: string): VaultEntry[]
  /** Those of everybody, in the same order. */
  all(): VaultEntry[]
  /** Whether the user had such an account. */
  delete(userId: string, id: string): boolean
  clear(): void
}

const LIMIT = 10_000

/** No accounts yet. */
export function createConnectedAccounts(now: () => number): ConnectedAccounts {
  const entries = new Map<string, VaultEntry>()
  let order = 0
  const list = (userId: string) => [...entries.values()].filter((entry) => entry.userId === userId)
  return {
    list,
    all: () => [...entries.values()],
    connect({ userId, orgId }, connection, grant) {
      order += 1
      const inOrganization = orgId === undefined ? {} : { org_id: orgId }
      const known = list(userId).find(
        ({ item, grant: { subject } }) =>
          item.connection === connection && subject === grant.subject,
      )
      if (known) {
        delete known.item.org_id
        Object.assign(known.item, { scopes: grant.scopes, ...inOrganization })
        return Object.assign(known, { grant, connectedOrder: order })
      }
      const item = { ...newAccount(connection, grant.scopes, now()), ...inOrganization }
      const entry = { position: order, item, userId, grant, connectedOrder: order }
      entries.set(item.id, entry)
      for (const id of entries.keys()) if (entries.size > LIMIT) entries.delete(id)
      return entry
    },
    delete(userId, id) {
      return entries.get(id)?.userId === userId && entries.delete(id)
    },
    clear: () => entries.clear(),
  }
}

function newAccount(connection: string, scopes: string[], now: number): ConnectedAccount {
  return {
    id: `cac_${randomString(22)}`,
    connection,
    access_type: 'offline',
    scopes,
    created_at: new Date(now).toISOString(),
  }
}
