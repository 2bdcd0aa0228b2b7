import {
  type ConnectionRequiredError,
  readConnectionRequired,
  throwIfConnectionRequired,
} from '@connected-accounts/client'
import type { AccountsIdentity } from '@connected-accounts/client/browser'
import type { QueryClient } from '@tanstack/react-query'
import { cachedAccounts, noteGrantError } from '../queries/grant-reports.js'

/** Who calls. */
export interface Caller extends AccountsIdentity {
  queryClient: QueryClient
  /** Id of the account that the call is for; undefined if any account of the connection would do. */
  accountId: string | undefined
}

/**
 * Calls the application's API. If it says that a connection is required, all hooks of that connection learn it.
 *
 * @throws {ConnectionRequiredError} connection_required, whether the call threw it or returned it.
 * @throws what the call throws.
 */
export async function callApi<Data>(
  caller: Caller,
  call: () => Data | Promise<Data>,
): Promise<Data> {
  let data: Data
  try {
    data = await call()
  } catch (error) {
    throw noteRequired(caller, await findRequired(error)) ?? error
  }
  const required = noteRequired(caller, await findRequired(data))
  if (required) throw required
  return data
}

/** Finds a `connection_required` in an error or a result: itself, or its `response` or `error`, as HTTP libraries have it. */
async function findRequired(value: unknown): Promise<ConnectionRequiredError | undefined> {
  const { response, error }: Record<string, unknown> = Object(value)
  for (const one of [value, response, error]) {
    const found = one instanceof Response ? await readResponse(one) : readConnectionRequired(one)
    if (found) return found
  }
  return undefined
}

async function readResponse(response: Response): Promise<ConnectionRequiredError | undefined> {
  if (response.bodyUsed) return undefined
  return throwIfConnectionRequired(response).then(() => undefined, readConnectionRequired)
}

/** Tells the hooks of the connection, and returns the error. */
function noteRequired(
  { queryClient, ...identity }: Caller,
  required: ConnectionRequiredError | undefined,
): ConnectionRequiredError | undefined {
  if (!required) return undefined
  const { connection, accountId = identity.accountId } = required
  const report = { connection, error: required }
  noteGrantError(queryClient, identity, { ...report, accountId })
  // What is true of the only account is true of the connection.
  const accounts = cachedAccounts(queryClient, identity, connection) ?? []
  if (accounts.length < 2) noteGrantError(queryClient, identity, report)
  return required
}
