import type { CalendarEvent } from '../server/calendar.js'
import { dayParts, timeRange } from './dates.js'
import { useTimeZone } from './useTimeZone.js'

interface EventItemProps {
  event: CalendarEvent
  /** True for the first event of a day, which also shows the day. */
  isNewDay: boolean
}

/** Shows one event. */
export function EventItem({ event, isNewDay }: EventItemProps) {
  const { title, start, end, location } = event
  const timeZone = useTimeZone()
  const { weekday, day, whole } = dayParts(start, timeZone)
  return (
    <li className="event" data-new-day={isNewDay}>
      <div className="day" aria-hidden="true">
        {isNewDay && (
          <>
            <b>{day}</b>
            <span>{weekday}</span>
          </>
        )}
      </div>
      <div>
        <h3>{title}</h3>
        <p className="meta">
          <time dateTime={start}>
            <span className="visually-hidden">{whole}, </span>
            {timeRange(start, end, timeZone)}
          </time>
          {location && ` · ${location}`}
        </p>
      </div>
    </li>
  )
}
