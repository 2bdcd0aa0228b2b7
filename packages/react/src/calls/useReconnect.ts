'use client'

import type {
  CompletedConnect,
  CompletedConnectedAccount,
  ConnectionReference,
  ConnectionRequiredError,
} from '@connected-accounts/client'
import { connectionName } from '@connected-accounts/client/internal'
import { useEffect, useRef } from 'react'
import {
  type RepairOptions,
  type UseConnectionOptions,
  type UseConnectionResult,
  useConnection,
} from '../hooks/useConnection.js'
import type { FlowEvents } from '../queries/connect.js'
import { isDifferentAccount } from './pending-call.js'
import type { Offers } from './useOffers.js'

/** A call that the person has come back to, and decides about. */
export interface PendingCall<Variables = unknown> {
  /** What the call is made with, as JSON has kept it. */
  variables: Variables
  /** The account that was connected. */
  account: CompletedConnectedAccount
  /** True if the person connected another account than the one that the call needs. Tell them before they run it. */
  isDifferentAccount: boolean
  /** Makes the call again: once, also if the page is reloaded or open in two tabs. */
  run: () => void
  /** Forgets the call. */
  dismiss: () => void
}

/** How to get the connection that a call needs. */
export interface ReconnectResult<Variables = unknown> {
  /**
   * Takes the person to the provider, with all scopes that the account has and the call needs. Call it in a click handler, because
   * browsers open a popup in a click only. After a popup, the call is made again. After a redirect, see `pendingCall`. Does
   * nothing unless the status is `needs_connection`.
   */
  reconnect: (options?: RepairOptions) => void
  /** Ends the flow, and closes its popup. The call is not made again. The `reconnectError` is then `cancelled`. */
  cancel: () => void
  /** True while the person is at the provider, or on the way. */
  isReconnecting: boolean
  /**
   * Why the person could not connect the account: any error of `useConnectAccount`; `invalid_request` if the variables of the
   * call cannot wait while the page is left; or `storage_unavailable`.
   */
  reconnectError: Error | null
  /** The call to go on with; undefined if there is none. */
  pendingCall: PendingCall<Variables> | undefined
  /** True if the person connected another account than the one that the call needs. Then it does not go on by itself. */
  isDifferentAccount: boolean
}

/** Which connection a call needs. */
export interface ConnectedOptions<Reference extends ConnectionReference = ConnectionReference>
  extends Pick<UseConnectionOptions<Reference>, 'scopes' | 'accountId' | 'loginHint'> {
  /** The connection's name, or its definition from `defineConnections`. */
  connection: Reference
}

/** Everything that says how to reconnect. */
export interface ReconnectOptions extends ConnectedOptions {
  mode?: UseConnectionOptions['mode']
  onBlocked?: UseConnectionOptions['onBlocked']
}

/** The call of a hook, as it is now. */
export interface OwnCall<Variables> {
  /** What the API has said. */
  required: ConnectionRequiredError | undefined
  /** True if no call was made on this page. */
  isIdle: boolean
  /** True if the call is made again whatever has become of it meanwhile. */
  isQuery: boolean
  variables: Variables | undefined
  /** Makes the call. */
  start: (variables: Variables) => void
  offers: Offers
}

/** What {@link useReconnect} returns. */
interface UseReconnectResult<Variables> extends ReconnectResult<Variables> {
  required: ConnectionRequiredError | undefined
  /** True while the lists are loaded that say which scopes to ask for. */
  isLoading: boolean
}

/** Gets the connection that a call needs, and goes on with the call. @internal */
export function useReconnect<Variables>(
  options: ReconnectOptions,
  own: OwnCall<Variables>,
): UseReconnectResult<Variables> {
  const { offers, start } = own
  const { offer } = offers
  const isDifferent = offer !== undefined && isDifferentAccount(offer)
  const required = own.required ?? (isDifferent && own.isIdle ? offer.required : undefined)
  const variables = own.required ? own.variables : offer?.variables
  const accountId = isDifferent ? offer.reconnectAccountId : required?.accountId
  const connection = useRequiredConnection(options, { required, accountId })
  const latest = useRef(own)
  useEffect(() => {
    latest.current = own
  })

  function goOn(completed: CompletedConnect): void {
    const now = latest.current
    const connected = { ...completed, required, variables }
    if (isDifferentAccount(connected)) now.offers.make(connected)
    else if (now.required || now.isQuery) {
      now.offers.make(undefined)
      now.start(now.variables as Variables) // of the call that has failed
    } else void takeOffer(now)
  }

  function reconnect(given: RepairOptions = {}): void {
    if (!required) return
    const flow: RepairOptions & FlowEvents = {
      ...given,
      onStart: ({ state, expiresAt }) => offers.keep({ state, expiresAt, required, variables }),
      onConnected: goOn,
    }
    connection.repair(flow)
  }

  return {
    required,
    isLoading: connection.status === 'pending',
    reconnect,
    cancel: connection.cancel,
    isReconnecting: connection.isRepairing,
    reconnectError: connection.repairError,
    isDifferentAccount: isDifferent,
    pendingCall: offer && {
      variables: offer.variables as Variables, // what this call was made with
      account: offer.account,
      isDifferentAccount: isDifferent,
      run: () => void takeOffer({ offers, start }),
      dismiss: offers.dismiss,
    },
  }
}

/** Makes the call that is offered, unless it was taken before. */
async function takeOffer<Variables>({
  offers: { offer, take },
  start,
}: Pick<OwnCall<Variables>, 'offers' | 'start'>): Promise<void> {
  if (await take()) start(offer?.variables as Variables) // what this call was made with
}

interface Required {
  required: ConnectionRequiredError | undefined
  accountId: string | undefined
}

/** Returns the connection to reconnect: the one that the API has named. */
function useRequiredConnection(
  { connection, scopes, accountId, ...options }: ReconnectOptions,
  { required, accountId: requiredId }: Required,
): UseConnectionResult {
  const isNamed = required && required.connection !== connectionName(connection)
  const wanted = isNamed ? required.scopes : [...(scopes ?? []), ...(required?.scopes ?? [])]
  return useConnection<ConnectionReference>(isNamed ? required.connection : connection, {
    ...options,
    scopes: wanted.length > 0 ? [...new Set(wanted)] : undefined,
    accountId: requiredId ?? (isNamed ? undefined : accountId),
  })
}
