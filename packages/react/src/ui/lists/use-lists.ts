import type { ConnectedAccount, Connection, ConnectionDefinition } from '@connected-accounts/client'
import { onlineManager } from '@tanstack/react-query'
import { useMemo, useSyncExternalStore } from 'react'
import { useConnectedAccounts } from '../../hooks/useConnectedAccounts.js'
import { useConnections } from '../../hooks/useConnections.js'
import { connectionsOf, type ShownConnection, showConnection } from './shown-connections.js'

/** What the lists say. */
export interface Lists {
  accounts: ConnectedAccount[]
  /** The connections that the tenant offers. Undefined: not known. */
  connections: Connection[] | undefined
  /** The connections that the person can connect an account of. Undefined: not known yet. */
  offered: ShownConnection[] | undefined
  /** Returns how a connection is shown. */
  show: (connection: string) => ShownConnection
  isLoading: boolean
  isOffline: boolean
  /** Why a list could not be loaded. */
  error: Error | null
  reload: () => void
  isReloading: boolean
}

/** Loads both lists. With definitions, only the connections of the definitions count. */
export function useLists(definitions: Record<string, ConnectionDefinition> | undefined): Lists {
  const accounts = useConnectedAccounts()
  const connections = useConnections()
  const isOffline = !useSyncExternalStore(subscribe, isOnline, isOnlineOnServer)
  const defined = useMemo(() => definitions && connectionsOf(definitions), [definitions])

  const names = connections.data?.map(({ name }) => name)
  const isDefined = ({ connection }: ConnectedAccount) =>
    defined?.some((one) => one.connection === connection) ?? true
  const isOffered = ({ connection }: ShownConnection) => names?.includes(connection) ?? true
  // Without the tenant's list, a definition may still be right.
  const known = defined ?? names?.map((name) => showConnection(name))
  const hasOffer = connections.data !== undefined || defined !== undefined
  return {
    accounts: accounts.data?.filter(isDefined) ?? [],
    connections: connections.data,
    offered: known?.filter(isOffered),
    show: (connection) => showConnection(connection, definitions),
    isLoading: accounts.isPending,
    isOffline,
    error: accounts.error ?? (hasOffer ? null : connections.error),
    isReloading: accounts.isFetching || connections.isFetching,
    reload: () => {
      if (accounts.error) void accounts.refetch()
      if (connections.error) void connections.refetch()
    },
  }
}

const subscribe = (listener: () => void) => onlineManager.subscribe(listener)
const isOnline = () => onlineManager.isOnline()
const isOnlineOnServer = () => true
