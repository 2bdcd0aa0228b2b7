import { type CompletedConnectedAccount, isConnectFlowError } from '@connected-accounts/client'
import { type UseConnectAccountOptions, useConnectAccount } from '../../hooks/useConnectAccount.js'
import { useConnectCallback } from '../../hooks/useConnectCallback.js'

/** The flow of the component, whether it is in a popup or comes back by a redirect. */
export interface Flow {
  /** What is being connected. */
  current: { connection: string; accountId: string | undefined } | undefined
  /** True while a flow is being completed after a redirect. */
  isCompleting: boolean
  /** The account that this page has just connected. */
  connected: CompletedConnectedAccount | undefined
  /** Id of the account that was to be reconnected, whether the flow succeeded or failed. */
  expectedId: string | undefined
  /** Name of the connection of the flow that failed. */
  failedConnection: string | undefined
  /** Why the last flow failed. */
  error: Error | null
  retry: (() => void) | undefined
  forget: () => void
  /** Connects an account, or reconnects the one with an id. */
  connect: (connection: string, account?: FlowAccount) => void
  cancel: () => void
}

/** The account to reconnect. */
export interface FlowAccount {
  id?: string | undefined
  /** The account that the provider should suggest. */
  loginHint?: string | undefined
  missingScopes?: readonly string[]
}

/**
 * Connects accounts, and completes the flow that this page was opened with.
 *
 * @param scopesFor - Returns the scopes to ask for: those of a connection, and those that an account has. Undefined: those that
 * the tenant has for the connection.
 */
export function useFlow(
  options: UseConnectAccountOptions,
  scopesFor: (connection: string, account: FlowAccount) => readonly string[] | undefined,
): Flow {
  const { connect: start, cancel, isPending, variables, ...flow } = useConnectAccount(options)
  const callback = useConnectCallback()
  const connect: Flow['connect'] = (connection, account = {}) => {
    const { id, loginHint } = account
    if (callback.error) callback.dismiss()
    start({
      connection,
      scopes: scopesFor(connection, account),
      authorizationParams: loginHint === undefined ? undefined : { login_hint: loginHint },
      reconnectAccountId: id,
    })
  }
  const common = { isCompleting: callback.status === 'pending', connect, cancel }
  if (variables) {
    const { connection, reconnectAccountId: accountId } = variables
    const name = typeof connection === 'object' ? connection.connection : connection
    return {
      ...common,
      current: isPending ? { connection: name, accountId } : undefined,
      connected: flow.data?.account,
      expectedId: accountId,
      failedConnection: name,
      error: flow.error,
      retry() {
        start(variables)
      },
      forget: flow.reset,
    }
  }
  const { error, isRepeated, reconnectAccountId } = callback
  const failed = isConnectFlowError(error) ? error.connection : undefined
  const again =
    failed === undefined
      ? undefined
      : () => {
          connect(failed, { id: reconnectAccountId })
        }
  return {
    ...common,
    current: undefined,
    connected: isRepeated ? undefined : callback.account,
    expectedId: reconnectAccountId,
    failedConnection: failed,
    error,
    retry: callback.canRetry ? callback.retry : again,
    forget: callback.dismiss,
  }
}
