import type { CalendarEvent } from '../server/calendar.js'
import { dayParts } from './dates.js'
import { EventItem } from './EventItem.js'
import { useTimeZone } from './useTimeZone.js'

/** Shows the events in their order. Each day is named once. */
export function EventList({ events }: { events: CalendarEvent[] }) {
  const timeZone = useTimeZone()
  const days = events.map(({ start }) => dayParts(start, timeZone).whole)
  return (
    <ul className="events" aria-labelledby="events-heading">
      {events.map((event, index) => (
        <EventItem key={event.id} event={event} isNewDay={days[index] !== days[index - 1]} />
      ))}
    </ul>
  )
}
