import { useConnectCallback, useConnection } from '@connected-accounts/react'
import { useQuery } from '@tanstack/react-query'
import { connections } from './connections.js'
import { EmptyCalendar } from './drawings/EmptyCalendar.js'
import { EmptyState } from './EmptyState.js'
import { ErrorState } from './ErrorState.js'
import { EventList } from './EventList.js'
import { inWords } from './error-words.js'
import { eventsQuery } from './events-api.js'
import { Skeleton } from './Skeleton.js'
import { useSession } from './session-context.js'

/** Shows the next events of the connected calendar. The demo's API reads them with the provider's token. */
export function EventsSection({ user }: { user: string }) {
  return (
    <section className="events-section" aria-labelledby="events-heading">
      <h2 id="events-heading">Upcoming events</h2>
      <Events user={user} />
    </section>
  )
}

/** Loads events only while the calendar is connected, so that it says the same as the list of accounts. */
function Events({ user }: { user: string }) {
  const isCompleting = useConnectCallback().status === 'pending'
  const { status, account, repair, repairError, reportGrantError } = useCalendar()
  const noAccess = () => void reportGrantError({ code: 'connection_not_connected' })
  if (isCompleting || status === 'pending') return <Loading />
  if (status === 'connected' || status === 'expiring') {
    return <LoadedEvents user={user} account={account?.id} onNoAccess={noAccess} />
  }
  const isRepairable = status === 'expired' || status === 'missing_scopes'
  return (
    <EmptyState drawing={<EmptyCalendar />} {...NO_EVENTS[status]}>
      {isRepairable && (
        <button type="button" className="button" onClick={() => repair()}>
          Allow access
        </button>
      )}
      {repairError && <p role="alert">{inWords(repairError).text}</p>}
    </EmptyState>
  )
}

/** Why there are no events, by the state of the connection. */
const NO_EVENTS = {
  not_connected: {
    title: 'Connect Google to see your events',
    text: 'The demo reads them with the token that Token Vault stores.',
  },
  missing_scopes: {
    title: 'Google does not show the calendar yet',
    text: 'Your account is connected, but without the permission to see your calendars.',
  },
  expired: {
    title: 'Google has ended the access',
    text: 'Your account is still in the list. Allow the access again to see your events.',
  },
  unavailable: {
    title: 'No calendar here',
    text: 'This tenant does not offer Google as a connected account.',
  },
  error: {
    title: 'No events without your accounts',
    text: 'The list of your accounts could not be loaded.',
  },
}

/** Returns the state of one account, because what is reported about it does not concern the others. */
function useCalendar() {
  const { account } = useConnection(connections.calendar)
  return useConnection(connections.calendar, { accountId: account?.id })
}

interface LoadedEventsProps {
  user: string
  account: string | undefined
  onNoAccess: () => void
}

function LoadedEvents({ user, account, onNoAccess }: LoadedEventsProps) {
  const { apiFetch, login } = useSession()
  const { data, error, refetch } = useQuery(eventsQuery({ apiFetch, user, account, onNoAccess }))
  if (data && data.length > 0) return <EventList events={data} />
  if (error) return <ErrorState error={error} onRetry={refetch} onLogin={login} />
  if (!data) return <Loading />
  return (
    <EmptyState
      drawing={<EmptyCalendar />}
      title="Nothing planned"
      text="Your calendar has no events ahead."
    />
  )
}

const Loading = () => <Skeleton label="Loading your events…" rows={3} />
