import { isNonceChallenge } from '../dpop/nonces.js'
import { loggedRequest, type TenantLogs, type TenantLogType } from '../logs/tenant-logs.js'
import { traceOf } from '../logs/trace.js'
import type { OperationId } from './contract.js'

const types: Partial<Record<OperationId, [success: TenantLogType, failure: TenantLogType]>> = {
  createConnectedAccountRequest: [
    'connected_accounts_connection_started',
    'connected_accounts_connection_failed',
  ],
  completeConnectedAccountRequest: [
    'connected_accounts_connection_succeeded',
    'connected_accounts_connection_failed',
  ],
  deleteConnectedAccount: [
    'connected_accounts_delete_succeeded',
    'connected_accounts_delete_failed',
  ],
}

/** Writes the event of a call, if its operation has one. A DPoP nonce challenge has none, because the client retries the call. */
export function logAnswer(
  logs: TenantLogs,
  operation: OperationId,
  { request, response }: { request: Request; response: Response },
): void {
  const [success, failure] = types[operation] ?? []
  if (!success || !failure) return
  if (isNonceChallenge(response)) return
  const { account, problem } = traceOf(request)
  const { status } = response
  logs.write({
    type: response.ok ? success : failure,
    request: loggedRequest(request),
    ...(!response.ok && { failure: { title: `Status ${status}`, ...problem, status } }),
    ...(account && { details: { connected_account: account } }),
  })
}
