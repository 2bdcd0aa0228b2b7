'use client'

import {
  type ConnectedAccount,
  type ConnectionHealth,
  type ConnectionHealthOptions,
  type ConnectionReference,
  type ConnectionStatus,
  connectionHealth,
} from '@connected-accounts/client'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useEffect, useReducer } from 'react'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'

/** Options of {@link useConnectionHealth}. */
interface UseConnectionHealthOptions
  extends Omit<ConnectionHealthOptions, 'accounts' | 'connections' | 'definitions'> {
  /** The connection's name. */
  connection: string
  /** The list of the connection's accounts. */
  list: UseQueryResult<ConnectedAccount[]>
}

/** What {@link useConnectionHealth} returns. */
interface UseConnectionHealthResult
  extends Pick<ConnectionHealth, 'account' | 'missingScopes' | 'repairScopes'> {
  status: ConnectionStatus | 'pending' | 'error'
  error: Error | null
}

/**
 * Decides whether a connection can be used. Lists the connections that the tenant offers only if no account can be used.
 * @internal
 */
export function useConnectionHealth(
  reference: ConnectionReference,
  { connection, list, ...options }: UseConnectionHealthOptions,
): UseConnectionHealthResult {
  const { queries, connections: definitions } = useConnectedAccountsContext()
  const { status, isUsable, changesAt, ...health } = connectionHealth(reference, {
    ...options,
    accounts: list.data ?? [],
    definitions,
  })
  // Token Vault answered for a connected account, so the tenant offers its connection.
  const isKnown = options.grantError && health.account
  const needsOffer = list.data !== undefined && !isUsable && !isKnown
  const offer = useQuery({
    ...queries.connections(),
    enabled: needsOffer,
    select: (connections) => connections.some(({ name }) => name === connection),
  })
  useRenderAt(changesAt)
  const deciding = needsOffer ? offer : list
  return {
    ...health,
    status: statusOf(status, deciding),
    error: list.error ?? deciding.error,
  }
}

/**
 * Returns the status if the list that it depends on is loaded.
 *
 * @param deciding - The list of accounts; or whether the connection is offered, if no account can be used.
 */
function statusOf(
  status: ConnectionStatus,
  deciding: UseQueryResult<ConnectedAccount[] | boolean>,
): ConnectionStatus | 'pending' | 'error' {
  if (deciding.data === undefined) return deciding.status
  return deciding.data === false ? 'unavailable' : status
}

/** The longest time that `setTimeout` can wait, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1

/** Renders again at a time in milliseconds since the epoch. */
function useRenderAt(time: number): void {
  const [, renderAgain] = useReducer((renders: number) => renders + 1, 0)
  useEffect(() => {
    const timer = setTimeout(renderAgain, Math.min(time - Date.now(), LONGEST_TIMER))
    return () => {
      clearTimeout(timer)
    }
  })
}
