import { isEnterprise } from './connections.js'
import { randomString } from './secrets.js'
import type { Connection, Tenant } from './tenant.js'
import { type Problem, traceOf } from './trace.js'
import type { Users } from './users.js'

/**
 * What happened, by Auth0's log event type codes; `seta` and `feta` are a Token Vault exchange that succeeded and one that
 * failed. `connected_accounts_connection_started` is the emulator's own: Auth0 names nothing for the start of a flow.
 */
export type TenantLogType =
  | 'connected_accounts_connection_started'
  | 'connected_accounts_connection_succeeded'
  | 'connected_accounts_connection_failed'
  | 'connected_accounts_delete_succeeded'
  | 'connected_accounts_delete_failed'
  | 'seta'
  | 'feta'

/** An event of the tenant log, in the fields of Auth0's log schemas. */
export interface TenantLog {
  readonly log_id: string
  /** ISO 8601, on the emulator's clock. */
  readonly date: string
  readonly type: TenantLogType
  /** For a failure what was wrong. */
  readonly description: string
  readonly client_id: string | null
  /** Empty, as are the names and ids below, where it is not known. */
  readonly client_name: string
  readonly user_id: string
  readonly user_name: string
  readonly connection?: string
  readonly connection_id?: string
  /** Of an exchange only, as is `strategy_type`. */
  readonly strategy?: string
  readonly strategy_type?: string
  /** The provider's id of the person. */
  readonly identity_user_id?: string
  readonly ip: string
  readonly user_agent: string
  readonly is_mobile: boolean
  readonly hostname: string
  readonly tenant_name: string
  readonly environment_name: string
  readonly details: TenantLogDetails
}

/** What belongs to one type of event; `error` to every failure. */
export interface TenantLogDetails {
  request: { method: string; path: string }
  error?: { title: string; detail?: string; type?: string; status?: number }
  connected_account?: { id?: string; idp_user_id?: string }
  subject_token_type?: string
  issued_token_type?: string
  scope?: string[]
  /** ISO 8601. */
  expires_at?: string
}

/** An event to be written; who and which connection it is about stands in the trace of its request. */
export interface LogEntry {
  type: TenantLogType
  request: LoggedRequest
  /** What went wrong, and with which status. */
  failure?: Problem & { status?: number }
  details?: Omit<TenantLogDetails, 'request' | 'error'>
}

/** As much of a request as an event tells. */
export interface LoggedRequest {
  /** The request itself, whose trace is read. */
  of: object
  method: string
  url: URL
  userAgent: string
}

/** The tenant log of one emulator: the newest 1000 events. */
export interface TenantLogs {
  /** The newest last. */
  list(): readonly TenantLog[]
  write(entry: LogEntry): void
  /** Calls the listener for each event from now on, until what it gives back is called. What it throws is printed. */
  subscribe(listener: (log: TenantLog) => void): () => void
  /** Forgets the events; who listens goes on to. */
  clear(): void
}

/** The part of a context that the log uses: it looks up the names of clients, connections and users. */
export interface LogContext {
  readonly tenant: Tenant
  readonly users: Users
  /** Milliseconds since the epoch. */
  now(): number
}

const LIMIT = 1000

/** An empty log. */
export function createTenantLogs(context: LogContext): TenantLogs {
  const listeners = new Set<(log: TenantLog) => void>()
  let logs: readonly TenantLog[] = []
  return {
    list: () => logs,
    write(entry) {
      const log = describe(entry, context)
      logs = [...logs, log].slice(-LIMIT)
      for (const listener of listeners) tell(listener, log)
    },
    subscribe(listener) {
      const own = (log: TenantLog) => listener(log)
      listeners.add(own)
      return () => {
        listeners.delete(own)
      }
    },
    clear() {
      logs = []
    },
  }
}

/** How an event tells of a request of the Fetch API. */
export function loggedRequest(request: Request): LoggedRequest {
  const userAgent = request.headers.get('user-agent') ?? ''
  return { of: request, method: request.method, url: new URL(request.url), userAgent }
}

// A listener's mistake is not the request's.
function tell(listener: (log: TenantLog) => void, log: TenantLog): void {
  try {
    listener(log)
  } catch (error) {
    console.error(error)
  }
}

const successes: Partial<Record<TenantLogType, string>> = {
  connected_accounts_connection_started: 'Started to connect an account',
  connected_accounts_connection_succeeded: 'Successful connected account connection',
  connected_accounts_delete_succeeded: 'Successful connected account delete',
  seta: 'Successful Exchange of a Token for Token for 3rd party API',
}

function describe(entry: LogEntry, context: LogContext): TenantLog {
  const date = new Date(context.now())
  const { type, failure } = entry
  const { of: request, method, url, userAgent } = entry.request
  const { ip, account } = traceOf(request)
  const { validation_errors: flaws = [], ...error } = failure ?? { title: '' }
  const flaw = flaws.map(({ detail }) => detail).join('; ')
  const description = [error.detail ?? error.title, flaw].filter(Boolean).join(': ')
  return {
    log_id: `90${date.toISOString().replace(/\D/g, '')}${randomString(8)}`,
    date: date.toISOString(),
    type,
    description: failure ? description : (successes[type] ?? ''),
    ...parties(entry, context),
    ...(account?.idp_user_id !== undefined && { identity_user_id: account.idp_user_id }),
    ip,
    user_agent: userAgent.slice(0, 500),
    is_mobile: /Mobi/.test(userAgent),
    hostname: url.hostname,
    tenant_name: url.hostname.split('.')[0] ?? '',
    environment_name: 'emulator',
    details: {
      request: { method, path: url.pathname.slice(0, 500) },
      ...(failure && { error }),
      ...entry.details,
    },
  }
}

function parties({ type, request }: LogEntry, { tenant, users }: LogContext) {
  const { clients, connections } = tenant
  const { clientId, userId = '', connection: name } = traceOf(request.of)
  const connection = connections.find((known) => known.name === name)
  return {
    client_id: clientId ?? null,
    client_name: clients.find(({ client_id }) => client_id === clientId)?.name ?? '',
    user_id: userId,
    user_name: users.find(userId)?.email ?? '',
    ...(name !== undefined && { connection: name.slice(0, 500) }),
    ...(connection && { connection_id: connection.id }),
    ...(/^[sf]eta$/.test(type) && {
      strategy: connection?.strategy ?? '',
      strategy_type: connection ? typeOf(connection) : '',
    }),
  }
}

function typeOf(connection: Connection): string {
  return isEnterprise(connection) ? 'enterprise' : 'social'
}
