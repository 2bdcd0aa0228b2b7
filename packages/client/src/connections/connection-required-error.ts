import { CodedError, problemType } from '../errors/coded-error.js'
import { hasFields, isString, isStrings, optional } from '../http/json.js'

/**
 * Why a call needs the person. `not_connected`: no account of the connection is connected. `expired`: the grant's time is over,
 * or Token Vault has lost its tokens. `missing_scopes`: the grant does not allow the call. `revoked`: the person or the provider
 * has ended the grant.
 */
export type ConnectionRequiredReason = 'not_connected' | 'expired' | 'missing_scopes' | 'revoked'

/** What a {@link ConnectionRequiredError} is about. */
export interface ConnectionRequiredDetails {
  /** The name of the connection, like `google-oauth2`. */
  connection: string
  /** The scopes that the call needs at the provider. May be empty. */
  scopes: readonly string[]
  /** Id of the connected account that the call was for. Undefined if any account of the connection would do, or none exists. */
  accountId?: string | undefined
  reason: ConnectionRequiredReason
  /** The error that it was found by. */
  cause?: unknown
}

/** A {@link ConnectionRequiredError} as problem details (RFC 9457), which your API responds with. */
export interface ConnectionRequiredProblem {
  type: string
  title: 'connection_required'
  status: 403
  detail: string
  connection: string
  scopes: string[]
  account_id?: string
  reason: ConnectionRequiredReason
}

/**
 * A call at a provider cannot go on before the person connects an account, or connects it again. Nothing was done at the
 * provider, so the call may be repeated afterwards.
 *
 * Your API responds with it as a problem, and the page reads it again.
 *
 * @example
 * ```ts
 * // The API.
 * export async function getEvents(): Promise<Response> {
 *   try {
 *     return await calendar('https://www.googleapis.com/calendar/v3/calendars/primary/events')
 *   } catch (error) {
 *     if (isConnectionRequiredError(error)) return error.toResponse()
 *     throw error
 *   }
 * }
 *
 * // The page.
 * const response = await fetch('/api/events')
 * await throwIfConnectionRequired(response)
 * ```
 */
export class ConnectionRequiredError extends CodedError<'connection_required'> {
  override readonly name = 'ConnectionRequiredError'
  declare readonly connection: string
  declare readonly scopes: readonly string[]
  declare readonly accountId: string | undefined
  declare readonly reason: ConnectionRequiredReason

  constructor({ connection, scopes, accountId, reason, cause }: ConnectionRequiredDetails) {
    const message = `The call needs ${connection}: ${REASONS[reason](scopes.join(' '))}`
    super('connection_required', cause === undefined ? { message } : { message, cause }, {
      connection,
      scopes: [...scopes],
      accountId,
      reason,
    })
  }

  /** Returns the problem details. `JSON.stringify` calls it. */
  toJSON(): ConnectionRequiredProblem {
    const { code, message, connection, scopes, accountId, reason } = this
    return {
      type: problemType(code),
      title: code,
      status: 403,
      detail: message,
      connection,
      scopes: [...scopes],
      ...(accountId !== undefined && { account_id: accountId }),
      reason,
    }
  }

  /** Returns the answer of an API: 403 with the problem details. No cache keeps it. */
  toResponse(): Response {
    const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' }
    return new Response(JSON.stringify(this), { status: 403, headers })
  }
}

const REASONS: Record<ConnectionRequiredReason, (scopes: string) => string> = {
  not_connected: () => 'no account is connected. Connect one, then try again.',
  expired: () => 'the grant has expired. Connect the account again, then try again.',
  missing_scopes: (scopes) =>
    `the grant lacks scopes; the call needs: ${scopes}. Connect the account again with them.`,
  revoked: () => 'the grant was revoked. Connect the account again, then try again.',
}

/**
 * Returns true if a value is a {@link ConnectionRequiredError}, also one of another realm or another copy of this package.
 *
 * @example
 * ```ts
 * if (isConnectionRequiredError(error)) console.log(`Connect ${error.connection} first.`)
 * ```
 */
export function isConnectionRequiredError(value: unknown): value is ConnectionRequiredError {
  return Object(value).name === 'ConnectionRequiredError'
}

/**
 * Reads a `connection_required` from an error, from the JSON of a problem, or from an error that holds such a problem as its
 * `body`, `data`, `problem` or `cause`, as errors of HTTP libraries do.
 *
 * @returns Undefined if the value is something else.
 * @example
 * ```ts
 * const required = readConnectionRequired(await response.json())
 * if (required?.reason === 'missing_scopes') console.log('Ask for', required.scopes)
 * ```
 */
export function readConnectionRequired(value: unknown): ConnectionRequiredError | undefined {
  const { body, data, problem, cause }: Record<string, unknown> = {
    ...Object(value),
    cause: Object(value).cause,
  }
  return [value, body, data, problem, cause].map(readOne).find(Boolean)
}

function readOne(value: unknown): ConnectionRequiredError | undefined {
  if (isConnectionRequiredError(value)) return value
  if (isProblem(value))
    return new ConnectionRequiredError({ ...value, accountId: value.account_id })
  return undefined
}

/**
 * Throws the `connection_required` that an API responded with. The body of the response stays unread.
 *
 * @throws {ConnectionRequiredError} connection_required
 * @example
 * ```ts
 * const response = await fetch('/api/events')
 * await throwIfConnectionRequired(response)
 * const events = await response.json()
 * ```
 */
export async function throwIfConnectionRequired(response: Response): Promise<void> {
  if (response.status !== 403 || !/json/i.test(response.headers.get('content-type') ?? '')) return
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined)
  const error = readConnectionRequired(body)
  if (error) throw error
}

function isProblem(value: unknown): value is ConnectionRequiredProblem {
  return hasFields(value, {
    title: (title) => title === 'connection_required',
    connection: isString,
    scopes: isStrings,
    account_id: optional(isString),
    reason: (reason) => isString(reason) && Object.hasOwn(REASONS, String(reason)),
  })
}
