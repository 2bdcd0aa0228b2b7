import type { components } from '../generated/my-account.js'
import { randomString } from '../memory/random.js'
import type { Positioned } from '../resource-server/paging.js'
import type { ProviderGrant } from '../upstream/client.js'

/** A connected account in the form of the My Account API. */
export type ConnectedAccount = components['schemas']['ConnectedAccount']

/** A connected account, and what Token Vault stores for it. */
export interface VaultEntry extends Positioned<ConnectedAccount> {
  readonly userId: string
  grant: ProviderGrant
  /** Increases with every connect: the account with the highest number was connected last. */
  connectedOrder: number
  /** When the account was connected or its token was exchanged last, in milliseconds since the epoch. */
  usedAt: number
}

/** The user who owns an account, and the organization if there is one. */
export interface Owner {
  userId: string
  orgId: string | undefined
}

/** The connected accounts of all users: at most 10,000. The oldest ones are deleted first. */
export interface ConnectedAccounts {
  /**
   * Adds an account. If the user has connected the same account before, it replaces the scopes, tokens and organization of that
   * account, and keeps its ID and its date. Accounts without a user ID at the provider count as the same account.
   */
  connect(owner: Owner, connection: string, grant: ProviderGrant): VaultEntry
  /** Adds accounts that were connected earlier, in the order in which they were first connected. */
  restore(saved: Omit<VaultEntry, 'position'>[]): void
  /** Returns the user's accounts in the order in which they were first connected. */
  list(userId: string): VaultEntry[]
  /** Returns the accounts of all users in the same order. */
  all(): VaultEntry[]
  /** Deletes an account. Returns false if the user does not have it. */
  delete(userId: string, id: string): boolean
  clear(): void
}

const LIMIT = 10_000

/** Creates an empty store of connected accounts. */
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
        return Object.assign(known, { grant, connectedOrder: order, usedAt: now() })
      }
      const item = { ...newAccount(connection, grant.scopes, now()), ...inOrganization }
      const entry = { position: order, item, userId, grant, connectedOrder: order, usedAt: now() }
      entries.set(item.id, entry)
      for (const id of entries.keys()) if (entries.size > LIMIT) entries.delete(id)
      return entry
    },
    restore(saved) {
      for (const [index, entry] of saved.entries()) {
        const position = index + 1
        entries.set(entry.item.id, { ...entry, position })
        order = Math.max(order, position, entry.connectedOrder)
      }
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
