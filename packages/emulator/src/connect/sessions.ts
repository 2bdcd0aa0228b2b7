import type { Tenancy } from '../context/context.js'
import type { components } from '../generated/my-account.js'
import { createExpiringMap, type ExpiringMap } from '../memory/expiring-map.js'
import { randomString } from '../memory/random.js'
import type { Connection } from '../tenant/tenant.js'
import type { ProviderGrant } from '../upstream/client.js'
import type { ConnectedAccounts, Owner } from '../vault/connected-accounts.js'
import { createConnectedAccounts } from '../vault/connected-accounts.js'

/** How long a connect session, its ticket and its code are valid, in seconds. */
export const SESSION_LIFETIME = 300

/** A flow between `connect` and `complete`. */
export interface ConnectSession extends Readonly<Owner> {
  readonly id: string
  readonly clientId: string
  /** The device that started the session: see `AccessToken`. */
  readonly device: string | undefined
  readonly connection: Connection
  readonly request: components['schemas']['CreateConnectedAccountRequest']
  readonly expiresAt: number
  /** What the provider returned. It is removed when the session is completed. */
  outcome?: { connectCode: string; grant: ProviderGrant }
}

/** The state of all connect flows. */
export interface Store {
  readonly accounts: ConnectedAccounts
  /** Sessions by `auth_session`. Completed ones stay until they expire, so that a used code is not reported as an unknown session. */
  readonly sessions: ExpiringMap<ConnectSession>
  /** Sessions by ticket. Each ticket works once. */
  readonly tickets: ExpiringMap<ConnectSession>
  /** Opens a session and returns it with its ticket. */
  open(start: Omit<ConnectSession, 'id' | 'expiresAt' | 'outcome'>): {
    session: ConnectSession
    ticket: string
  }
  /** Stores the provider's grant in the session. Returns the code that completes the session once. */
  arrive(session: ConnectSession, grant: ProviderGrant): string
  reset(): void
}

/** Creates an empty store that uses the clock of `context`. */
export function createStore({ now }: Tenancy): Store {
  const accounts = createConnectedAccounts(now)
  const sessions = createExpiringMap<ConnectSession>(now)
  const tickets = createExpiringMap<ConnectSession>(now)
  return {
    accounts,
    sessions,
    tickets,
    open(start) {
      const session = { ...start, id: randomString(64), expiresAt: now() + SESSION_LIFETIME * 1000 }
      const ticket = crypto.randomUUID()
      sessions.set(session.id, session, session.expiresAt)
      tickets.set(ticket, session, session.expiresAt)
      return { session, ticket }
    },
    arrive(session, grant) {
      const connectCode = randomString(32)
      session.outcome = { connectCode, grant }
      return connectCode
    },
    reset() {
      for (const part of [accounts, sessions, tickets]) part.clear()
    },
  }
}
