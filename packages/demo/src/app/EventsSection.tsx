import { useConnectCallback } from '@connected-accounts/react'
import { useQuery } from '@tanstack/react-query'
import { EmptyCalendar } from './drawings/EmptyCalendar.js'
import { EmptyState } from './EmptyState.js'
import { ErrorState } from './ErrorState.js'
import { EventList } from './EventList.js'
import { eventsQuery } from './events-api.js'
import { Skeleton } from './Skeleton.js'
import { useSession } from './session-context.js'

/** Shows the next events of the connected calendar. The demo's API reads them with the provider's token. */
export function EventsSection({ user }: { user: string }) {
  return (
    <section className="events-section">
      <h2 id="events-heading">Upcoming events</h2>
      <Events user={user} />
    </section>
  )
}

function Events({ user }: { user: string }) {
  const { apiFetch, login } = useSession()
  const { status, account } = useConnectCallback()
  // Waits for a connect flow that is being completed, because it may connect the calendar.
  const enabled = status !== 'pending'
  const query = eventsQuery({ apiFetch, user, connected: account?.id })
  const { data, error, refetch } = useQuery({ ...query, enabled })
  if (data && data.length > 0) return <EventList events={data} />
  if (error) return <ErrorState error={error} onRetry={refetch} onLogin={login} />
  if (data === undefined) return <Skeleton label="Loading your events…" rows={3} />
  return (
    <EmptyState
      drawing={<EmptyCalendar />}
      title={data ? 'Nothing planned' : 'Connect Google to see your events'}
      text={
        data
          ? 'Your calendar has no events ahead.'
          : 'The demo reads them with the token that Token Vault stores.'
      }
    />
  )
}
