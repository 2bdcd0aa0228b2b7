import { randomString } from '../memory/random.js'
import { isEnterprise } from '../tenant/connections.js'
import type { Connection, Tenant } from '../tenant/tenant.js'
import type { Users } from '../tenant/users.js'
import { type Problem, traceOf } from './trace.js'

/**
 * The type of an event, with Auth0's codes. `seta` is a successful Token Vault exchange, and `feta` is a failed one. An
 * Action that threw an error is `actions_execution_failed`. Only
 * `connected_accounts_connection_started` is the emulator's own, because Auth0 has no event for the start of a flow.
 */
export type TenantLogType =
  | 'connected_accounts_connection_started'
  | 'connected_accounts_connection_succeeded'
  | 'connected_accounts_connection_failed'
  | 'connected_accounts_delete_succeeded'
  | 'connected_accounts_delete_failed'
  | 'seta'
  | 'feta'
  | 'actions_execution_failed'

/** An event of the tenant log, with the fields of Auth0's log schemas. */
export interface TenantLog {
  readonly log_id: string
  /** The time of the emulator's clock, in ISO 8601. */
  readonly date: string
  readonly type: TenantLogType
  /** What happened; for a failure, what was wrong. */
  readonly description: string
  readonly client_id: string | null
  /** The name of the client. This and the names and IDs below are empty if they are not known. */
  readonly client_name: string
  readonly user_id: string
  readonly user_name: string
  readonly connection?: string
  readonly connection_id?: string
  /** The connection's strategy. Only exchanges and failed Actions have it and `strategy_type`. */
  readonly strategy?: string
  readonly strategy_type?: string
  /** The user's ID at the provider. */
  readonly identity_user_id?: string
  readonly ip: string
  readonly user_agent: string
  readonly is_mobile: boolean
  readonly hostname: string
  readonly tenant_name: string
  readonly environment_name: string
  readonly details: TenantLogDetails
}

/** The fields that only some types of events have. Every failure has `error`. */
export interface TenantLogDetails {
  request: { method: string; path: string }
  error?: { title: string; detail?: string; type?: string; status?: number }
  connected_account?: { id?: string; idp_user_id?: string | undefined }
  subject_token_type?: string
  issued_token_type?: string
  /** The scopes of the issued token, separated by spaces. */
  scope?: string
  /** Whether the exchange was a privileged one, without a token of the user. */
  is_privileged_worker?: boolean
  /** The SHA-256 of the issued token in base64url. */
  token_thumbprint?: string
  /** Why an exchange failed. */
  failure_reason?: string
  /** The `audit_context` of a privileged exchange. */
  audit_context?: string
  /** When the connect session expires, in ISO 8601. */
  expires_at?: string
}

/** An event to write. The trace of its request has the user and the connection. */
export interface LogEntry {
  type: TenantLogType
  request: LoggedRequest
  /** What went wrong, and the status of the response. */
  failure?: Problem & { status?: number }
  details?: Omit<TenantLogDetails, 'request' | 'error'>
}

/** The parts of a request that an event contains. */
export interface LoggedRequest {
  /** The request itself, to find its trace. */
  of: object
  method: string
  url: URL
  userAgent: string
}

/** The tenant log of one emulator: the last 1000 events. */
export interface TenantLogs {
  /** Returns the events, the newest last. */
  list(): readonly TenantLog[]
  write(entry: LogEntry): void
  /** Calls the listener for each new event and returns a function that removes it. Prints an error that the listener throws. */
  subscribe(listener: (log: TenantLog) => void): () => void
  /** Deletes the events. Listeners stay. */
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

/** Creates an empty log. */
export function createTenantLogs(context: LogContext): TenantLogs {
  const listeners = new Set<(log: TenantLog) => void>()
  let logs: readonly TenantLog[] = []
  return {
    list: () => logs,
    write(entry) {
      const log = createLog(entry, context)
      logs = [...logs, log].slice(-LIMIT)
      for (const listener of listeners) notify(listener, log)
    },
    subscribe(listener) {
      if (typeof listener !== 'function') throw new TypeError('listener must be a function')
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

/** Returns the parts of a Fetch API request that an event contains. */
export function loggedRequest(request: Request): LoggedRequest {
  const userAgent = request.headers.get('user-agent') ?? ''
  return { of: request, method: request.method, url: new URL(request.url), userAgent }
}

// Catches what a listener throws, so that it does not make the request fail.
function notify(listener: (log: TenantLog) => void, log: TenantLog): void {
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

function createLog(entry: LogEntry, context: LogContext): TenantLog {
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
    ...(/^([sf]eta|actions_execution_failed)$/.test(type) && {
      strategy: connection?.strategy ?? '',
      strategy_type: connection ? typeOf(connection) : '',
    }),
  }
}

function typeOf(connection: Connection): string {
  return isEnterprise(connection) ? 'enterprise' : 'social'
}
