'use client'

import type {
  CompletedConnectedAccount,
  ConnectedAccount,
  ConnectionReference,
  ConnectionScope,
} from '@connected-accounts/client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useReducer } from 'react'
import type { ConnectAccountOptions } from './connect.js'
import { type AccountStatus, bestAccount, untilChange } from './connection-status.js'
import { useConnectedAccountsContext } from './context.js'
import { findingsOptions, noteReport, type Report, readGrantError } from './findings.js'
import { useConnectAccount } from './useConnectAccount.js'

/** Options of {@link useConnection}. */
export interface UseConnectionOptions {
  /** The scopes that the application needs at the provider; by default those of its definition. */
  scopes?: readonly ConnectionScope[] | undefined
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
  status: AccountStatus['status'] | 'not_connected' | 'unavailable' | 'pending' | 'error'
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
  report: (error: unknown) => boolean
  /** Leaves to connect the account again, with the scopes that it has and those that it lacks. */
  repair: (options?: RepairOptions) => void
  isRepairing: boolean
  repairError: Error | null
  /** The account that the last flow of this page came back with. */
  returned: CompletedConnectedAccount | undefined
  /** Whether the person came back with another account than the one that was to be repaired. */
  isOtherAccount: boolean
}

/** What `repair()` passes on; see {@link ConnectAccountOptions}. */
export type RepairOptions = Pick<
  ConnectAccountOptions,
  'authorizationParams' | 'appState' | 'returnTo'
>

const DAY = 86_400_000
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * Whether a connection can be used now: with these scopes, by one account or by any of them. The connection is named by its
 * name or as `defineConnections` of the client has it.
 */
export function useConnection(
  reference: ConnectionReference,
  options: UseConnectionOptions = {},
): UseConnectionResult {
  const definition = typeof reference === 'string' ? { connection: reference } : reference
  const { connection } = definition
  const { scopes = definition.scopes ?? [], accountId, loginHint } = options
  const { client, user } = useConnectedAccountsContext()
  const queryClient = useQueryClient()
  const findings = findingsOptions({ client, user }, connection)
  const { reports = [], returned } = useQuery(findings).data ?? {}
  const { best, listed, ...rest } = useStatus(connection, { ...options, scopes }, reports)
  const { connect, isPending, error } = useConnectAccount()
  const { account, missingScopes = [...scopes] } = best ?? {}
  const isReturned = accountId === undefined || returned?.repairs === accountId
  return {
    ...rest,
    account,
    missingScopes,
    report: (failure) => {
      const grant = readGrantError(failure, scopes)
      if (grant) noteReport(queryClient, findings.queryKey, { accountId, listed, ...grant })
      return grant !== undefined
    },
    repair: ({ authorizationParams, ...flow } = {}) => {
      const union = [...new Set([...(account?.scopes ?? []), ...scopes, ...missingScopes])]
      connect({
        ...flow,
        connection: reference,
        scopes: union.length ? (union as ConnectionScope[]) : undefined, // what was granted may be more than is registered
        authorizationParams: loginHint
          ? { login_hint: loginHint, ...authorizationParams }
          : authorizationParams,
        repairs: accountId ?? account?.id,
      })
    },
    isRepairing: isPending,
    repairError: error,
    returned: isReturned ? returned?.account : undefined,
    isOtherAccount:
      isReturned && returned?.repairs !== undefined && returned.repairs !== returned.account.id,
  }
}

function useStatus(
  connection: string,
  { scopes = [], accountId, expiringMs = DAY }: UseConnectionOptions,
  reports: Report[],
) {
  const { queries } = useConnectedAccountsContext()
  const list = useQuery({
    ...queries.accounts(),
    select: (accounts) => accounts.filter((account) => account.connection === connection),
  })
  const listed = JSON.stringify(list.data)
  const report = reports.find((one) => one.accountId === accountId && one.listed === listed)
  const candidates = (list.data ?? []).filter(({ id }) => !accountId || id === accountId)
  useRenderAfter(untilChange(candidates, expiringMs))
  const best = bestAccount(candidates, { scopes, expiringMs, report })
  const usable = best?.status === 'connected' || best?.status === 'expiring'
  const offered = useQuery({
    ...queries.connections(),
    enabled: list.isSuccess && !usable,
    select: (connections) => connections.some(({ name }) => name === connection),
  })
  const answer = { best, listed, error: list.error }
  if (usable) return { ...answer, status: best.status }
  if (list.data === undefined) return { ...answer, status: list.status }
  if (offered.data === undefined) return { ...answer, status: offered.status, error: offered.error }
  if (!offered.data) return { ...answer, status: 'unavailable' as const }
  return { ...answer, status: best?.status ?? ('not_connected' as const) }
}

/** Renders once more after a time in milliseconds. */
function useRenderAfter(wait: number): void {
  const [, render] = useReducer((times: number) => times + 1, 0)
  useEffect(() => {
    if (wait === Number.POSITIVE_INFINITY) return
    const timer = setTimeout(render, Math.min(wait, LONGEST_TIMER))
    return () => clearTimeout(timer)
  })
}
