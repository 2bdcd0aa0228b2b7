'use client'

import type {
  CompletedConnectedAccount,
  ConnectedAccount,
  ConnectionReference,
  ConnectionScope,
  ConnectionStatus,
} from '@connected-accounts/client'
import { connectionName } from '@connected-accounts/client/internal'
import { useQuery } from '@tanstack/react-query'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import { accountLabelOptions } from '../queries/account-labels.js'
import type { ConnectAccountOptions, FlowEvents } from '../queries/connect.js'
import { type UseConnectAccountOptions, useConnectAccount } from './useConnectAccount.js'
import { useConnectedAccounts } from './useConnectedAccounts.js'
import { useConnectionHealth } from './useConnectionHealth.js'
import { useGrantReports } from './useGrantReports.js'

/** Options of {@link useConnection}. */
export interface UseConnectionOptions<Reference extends ConnectionReference = ConnectionReference>
  extends UseConnectAccountOptions {
  /** The scopes that your application needs at the provider. Default: the scopes of the connection's definition. */
  scopes?: readonly ConnectionScope<Reference>[] | undefined
  /** Id of the only account that counts. Default: any account of the connection. */
  accountId?: string | undefined
  /**
   * The account that the provider should suggest in a repair, for example an email address. Default: the `loginHint` of the
   * account's label.
   */
  loginHint?: string | undefined
  /** How long before its end a grant counts as `expiring`, in milliseconds. Default: one day. */
  expiringMs?: number | undefined
}

/** Whether the connection can be used now, and what to do if it cannot. */
export interface UseConnectionResult {
  /**
   * `connected` and `expiring` mean that it can be used. `missing_scopes`, `expired` and `not_connected` are fixed by
   * `repair()`. `unavailable` is not, because the tenant does not offer the connection. `pending` and `error` mean that the
   * lists are not loaded.
   */
  status: ConnectionStatus | 'pending' | 'error'
  /** Why a list could not be loaded. */
  error: Error | null
  /** The account that the status is about: the most usable one. */
  account: ConnectedAccount | undefined
  missingScopes: string[]
  /**
   * Takes the error of a call that failed because of the grant, and changes the status until the connection's accounts
   * change or one is connected. The error is a `TokenError` `connection_not_connected`, or an object with such a `code` or
   * `error`, or with `insufficient_scope` and its `scope` (RFC 6750 §3). Returns false if it is about something else.
   */
  reportGrantError: (error: unknown) => boolean
  /**
   * Connects the account again with the scopes that it has, those that it lacks, and those of the connection's definition:
   * by leaving the page, or in a popup if `mode` says so. For a name, these are all definitions of that name in the
   * provider's `connections`. Does nothing while the status is `pending`, because its scopes are not known yet.
   */
  repair: (options?: RepairOptions) => void
  /** Ends the repair, and closes its popup. The `repairError` is then a `ConnectFlowError` `cancelled`. */
  cancel: () => void
  isRepairing: boolean
  repairError: Error | null
  /** The account of the last flow that this page completed. */
  reconnectedAccount: CompletedConnectedAccount | undefined
  /** True if the person connected another account than the one to repair. */
  isDifferentAccount: boolean
}

/** Options of `repair()`; see {@link ConnectAccountOptions}. */
export type RepairOptions = Pick<
  ConnectAccountOptions,
  'authorizationParams' | 'appState' | 'returnTo'
>

/**
 * Tells whether a connection can be used now: with these scopes, by one account or by any.
 *
 * @param reference - The connection's name, or its definition from `defineConnections`.
 * @example
 * ```tsx
 * function Calendar() {
 *   const { status, repair } = useConnection('google-oauth2', {
 *     scopes: ['https://www.googleapis.com/auth/calendar.readonly'],
 *   })
 *   const connect = () => {
 *     repair()
 *   }
 *   if (status === 'connected' || status === 'expiring') return <Events />
 *   return <button type="button" onClick={connect}>Connect your calendar</button>
 * }
 * ```
 */
export function useConnection<Reference extends ConnectionReference>(
  reference: Reference,
  { loginHint, mode, onBlocked, ...options }: UseConnectionOptions<Reference> = {},
): UseConnectionResult {
  const { accountId } = options
  const connection = connectionName(reference)
  const list = useConnectedAccounts({ connection: reference })
  const { lastConnect, grantError, reportGrantError } = useGrantReports({
    connection,
    accounts: list.data,
    accountId,
  })
  const { repairScopes, ...health } = useConnectionHealth(reference, {
    ...options,
    connection,
    list,
    grantError,
  })
  const { connect, cancel, isPending, error } = useConnectAccount({ mode, onBlocked })
  const repaired = accountId ?? health.account?.id
  const { accountLabels, ...identity } = useConnectedAccountsContext()
  const { data: label } = useQuery(accountLabelOptions(identity, accountLabels, repaired))
  const login_hint = loginHint ?? label?.loginHint

  function repair({ authorizationParams, ...flow }: RepairOptions & FlowEvents = {}): void {
    if (health.status === 'pending') return
    connect({
      ...flow,
      connection: reference,
      scopes: repairScopes,
      authorizationParams: login_hint
        ? { login_hint, ...authorizationParams }
        : authorizationParams,
      reconnectAccountId: repaired,
    } as ConnectAccountOptions) // the granted scopes may be more than the registered ones
  }

  const isAboutThisAccount =
    accountId === undefined || lastConnect?.reconnectAccountId === accountId
  const { account: reconnectedAccount, reconnectAccountId } =
    (isAboutThisAccount ? lastConnect : undefined) ?? {}
  return {
    ...health,
    reportGrantError,
    repair,
    cancel,
    isRepairing: isPending,
    repairError: error,
    reconnectedAccount,
    isDifferentAccount:
      reconnectAccountId !== undefined && reconnectAccountId !== reconnectedAccount?.id,
  }
}
