'use client'

import {
  type CompletedConnectedAccount,
  type ConnectedAccount,
  type ConnectionReference,
  type ConnectionScope,
  type ConnectionStatus,
  connectionHealth,
  readGrantError,
} from '@connected-accounts/client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import type { ConnectAccountOptions } from '../queries/connect.js'
import { findingsOptions, type Report } from '../queries/grant-reports.js'
import { type UseConnectAccountOptions, useConnectAccount } from './useConnectAccount.js'

/** Options of {@link useConnection}. */
export interface UseConnectionOptions<Reference extends ConnectionReference = ConnectionReference>
  extends UseConnectAccountOptions {
  /** The scopes that the application needs at the provider; by default those of its definition. */
  scopes?: readonly ConnectionScope<Reference>[] | undefined
  /** The one account that counts; by default any of the connection. */
  accountId?: string | undefined
  /** Whose account the provider is to offer when it is repaired, like an email address. */
  loginHint?: string | undefined
  /** How long before its end a grant is `expiring`, in milliseconds; by default a day. */
  expiringMs?: number | undefined
}

/** May the connection be used now, and what can be done if not. */
export interface UseConnectionResult {
  /**
   * `connected` and `expiring` mean yes. `missing_scopes`, `expired` and `not_connected` can be repaired; `unavailable`
   * cannot, as the tenant does not offer the connection. `pending` and `error` are those of the lists behind it.
   */
  status: ConnectionStatus | 'pending' | 'error'
  /** Why a list could not be had. */
  error: Error | null
  /** The account that the status is about: the one that can be used best. */
  account: ConnectedAccount | undefined
  missingScopes: string[]
  /**
   * Takes the error of a call that failed for want of the grant: a `TokenError` `connection_not_connected`, or an object
   * with such a `code` or `error`, or with `insufficient_scope` and its `scope` (RFC 6750 §3). The status follows until
   * the connection's accounts change or one is connected. Answers false where the error is about something else.
   */
  reportGrantError: (error: unknown) => boolean
  /**
   * Connects the account again, with the scopes that it has and those that it lacks: by leaving the page, or in a popup
   * where the `mode` says so. Does nothing while the status is `pending`, as the scopes that it has are not known then.
   */
  repair: (options?: RepairOptions) => void
  isRepairing: boolean
  repairError: Error | null
  /** The account that the last flow of this page came back with. */
  reconnectedAccount: CompletedConnectedAccount | undefined
  /** Whether the person came back with another account than the one that was to be repaired. */
  isDifferentAccount: boolean
}

/** What `repair()` passes on; see {@link ConnectAccountOptions}. */
export type RepairOptions = Pick<
  ConnectAccountOptions,
  'authorizationParams' | 'appState' | 'returnTo'
>

const LONGEST_TIMER = 2 ** 31 - 1

/**
 * Whether a connection can be used now: with these scopes, by one account or by any of them. The connection is named by its
 * name or as `defineConnections` of the client has it.
 */
export function useConnection<Reference extends ConnectionReference>(
  reference: Reference,
  { loginHint, mode, onBlocked, ...options }: UseConnectionOptions<Reference> = {},
): UseConnectionResult {
  const { accountId } = options
  const reconnection = useConnectAccount({ mode, onBlocked })
  const { returned, repairScopes, ...health } = useHealth(reference, options)
  const own =
    accountId === undefined || returned?.reconnectAccountId === accountId ? returned : undefined
  return {
    ...health,
    repair: ({ authorizationParams, ...options } = {}) => {
      if (health.status === 'pending') return
      reconnection.connect({
        ...options,
        connection: reference,
        scopes: repairScopes,
        authorizationParams: loginHint
          ? { login_hint: loginHint, ...authorizationParams }
          : authorizationParams,
        reconnectAccountId: accountId ?? health.account?.id,
      } as ConnectAccountOptions) // what was granted may be more than is registered
    },
    isRepairing: reconnection.isPending,
    repairError: reconnection.error,
    reconnectedAccount: own?.account,
    isDifferentAccount:
      own?.reconnectAccountId !== undefined && own.reconnectAccountId !== own.account.id,
  }
}

function useHealth(reference: ConnectionReference, options: UseConnectionOptions) {
  const { queries, ...identity } = useConnectedAccountsContext()
  const queryClient = useQueryClient()
  const connection = typeof reference === 'object' ? reference.connection : reference
  const findings = findingsOptions(identity, connection)
  const { reports, returned } = useQuery(findings).data ?? {}
  const ofConnection = (accounts: ConnectedAccount[]) =>
    accounts.filter((account) => account.connection === connection)
  const list = useQuery({ ...queries.accounts(), select: ofConnection })
  const { accountId: about = '' } = options
  const report = reports?.[about]
  const { status, isUsable, account, missingScopes, repairScopes, changesAt } = connectionHealth(
    reference,
    {
      ...options,
      accounts: list.data ?? [],
      grantError: isOf(report, list.data) ? report : undefined,
    },
  )
  useRenderAt(changesAt)
  const offered = useQuery({
    ...queries.connections(),
    enabled: list.data !== undefined && !isUsable,
    select: (connections) => connections.some(({ name }) => name === connection),
  })
  const asked = list.data && !isUsable ? offered : list // the one that decides
  return {
    status: asked.data === undefined ? asked.status : asked.data ? status : 'unavailable',
    error: list.error ?? asked.error,
    ...{ account, missingScopes, repairScopes, returned },
    reportGrantError: (failure: unknown) => {
      const grant = readGrantError(failure)
      if (grant) {
        // As it is now: the function may be one of an earlier render.
        const accounts = queryClient.getQueryData(queries.accounts().queryKey)
        const listed = accounts && JSON.stringify(ofConnection(accounts))
        queryClient.setQueryData(findings.queryKey, (found) => ({
          ...found,
          reports: { ...found?.reports, [about]: { ...grant, listed } },
        }))
      }
      return grant !== undefined
    },
  } as const // literal types
}

/** Whether a report is about these accounts; one from before they were known is about any. */
function isOf(report: Report | undefined, accounts: ConnectedAccount[] | undefined): boolean {
  return report?.listed === undefined || report.listed === JSON.stringify(accounts)
}

/** Renders once more at a time in milliseconds since the epoch. */
function useRenderAt(time: number): void {
  const [, render] = useState(0)
  useEffect(() => {
    const again = () => render((times) => times + 1)
    const timer = setTimeout(again, Math.min(time - Date.now(), LONGEST_TIMER))
    return () => clearTimeout(timer)
  })
}
