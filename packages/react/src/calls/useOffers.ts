'use client'

import { type QueryKey, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useRef, useState } from 'react'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import { claimCall, forgetCall, type KeptCall, keepCall, keptCallName } from './kept-calls.js'
import { type Offer, type PendingCallState, pendingCallOptions } from './pending-call.js'

/** An offer of a page that has stayed, and who is logged in. */
interface OwnOffer extends Offer {
  user: string | undefined
  isDismissed: boolean
}

/** What {@link useOffers} returns. */
export interface Offers {
  /** The call to go on with. */
  offer: Offer | undefined
  /** True if a query must not run by itself: it is not yet known whether there is an offer, or the person has not taken it. */
  isHeld: boolean
  /** True if a kept call goes on by itself now. */
  isResumed: boolean
  /** Keeps a call while the page is left. Throws if that is not possible. */
  keep: (call: KeptCall) => void
  /** Offers a call while the page stays; undefined ends the offer. */
  make: (offer: Offer | undefined) => void
  /** Takes the offer. False if it was taken before, here or in another tab, or if its time is over. */
  take: () => Promise<boolean>
  /** Ends the offer. A query stays held. */
  dismiss: () => void
}

/** Finds the call that the person may go on with. @internal */
export function useOffers(key: QueryKey | undefined, resume: 'ask' | 'auto'): Offers {
  const { client, user, settings } = useConnectedAccountsContext()
  const { transactions } = settings
  const queryClient = useQueryClient()
  const options = pendingCallOptions({ client, user }, { key, resume, transactions })
  const { data: kept, isFetching } = useQuery(options)
  const [last, setLast] = useState<OwnOffer>()
  const current = useRef<Offer>(undefined)
  const own = last?.user === user ? last : undefined
  const name = keptCallName({ client, user }, key ?? [])
  const ownOffer = own?.isDismissed ? undefined : own
  const keptCall = kept?.phase === 'offered' ? kept.call : undefined

  const decide = (state: PendingCallState) =>
    queryClient.setQueryData<PendingCallState>(options.queryKey, state)
  const make = useCallback(
    (offer: Offer | undefined) => {
      current.current = offer
      setLast(offer && { ...offer, user, isDismissed: false })
    },
    [user],
  )

  async function take(): Promise<boolean> {
    if (own) {
      const isFirst = current.current !== undefined
      make(undefined)
      return isFirst
    }
    const isMine = keptCall !== undefined && (await claimCall(name, keptCall))
    decide(isMine ? null : { phase: 'over' })
    return isMine
  }

  function dismiss(): void {
    if (own) {
      setLast({ ...own, isDismissed: true })
    } else {
      forgetCall(name)
      decide({ phase: 'over' })
    }
  }

  return {
    offer: ownOffer ?? (kept?.phase === 'offered' ? kept.offer : undefined),
    isHeld: own !== undefined || (kept ? kept.phase !== 'resumed' : isFetching),
    isResumed: kept?.phase === 'resumed',
    keep: (call) => keepCall(name, call),
    make,
    take,
    dismiss,
  }
}
