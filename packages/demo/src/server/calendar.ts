import { isConnectionRequiredError, isTokenError } from '@connected-accounts/client'
import { isSessionError } from '@connected-accounts/server'
import { Problem } from './problem.js'

/** An event in the form that the app shows. */
export interface CalendarEvent {
  id: string
  title: string
  /** A date-time, or a date for an all-day event. */
  start: string
  end: string
  location?: string
  /** The event's page at the provider. */
  url?: string
}

/** The fields of a Google Calendar event that the demo uses. */
interface GoogleEvent {
  id: string
  summary?: string
  start?: GoogleTime
  end?: GoogleTime
  location?: string
  htmlLink?: string
}

interface GoogleTime {
  dateTime?: string
  date?: string
}

/** Options of {@link listEvents}. */
export interface ListEventsOptions {
  /** The base URL of the Calendar API. */
  calendarUrl: string
  /** A `fetch` that adds the provider's access token. */
  providerFetch: typeof fetch
  signal: AbortSignal
}

/**
 * Returns the next five events of the primary calendar. Throws {@link Problem} if the provider refuses or fails, and what is thrown if
 * there is no token.
 *
 * @see https://developers.google.com/workspace/calendar/api/v3/reference/events/list
 */
export async function listEvents(options: ListEventsOptions): Promise<CalendarEvent[]> {
  const url = new URL(`${options.calendarUrl}/calendars/primary/events`)
  url.search = String(
    new URLSearchParams({
      timeMin: new Date().toISOString(),
      singleEvents: 'true',
      orderBy: 'startTime',
      maxResults: '5',
    }),
  )
  const { providerFetch, signal } = options
  const response = await providerFetch(url, { signal }).catch((error: unknown) => {
    if (isConnectionRequiredError(error) || isTokenError(error) || isSessionError(error)) {
      throw error
    }
    return undefined
  })
  if (!response?.ok) throw providerProblem(response?.status)
  const body: { items?: GoogleEvent[] } = await response.json().catch(() => ({}))
  if (!Array.isArray(body.items)) throw providerProblem(response.status)
  return body.items.map(toEvent)
}

function toEvent({ id, summary, start, end, location, htmlLink }: GoogleEvent): CalendarEvent {
  return {
    id,
    title: summary || 'Untitled event',
    start: timeOf(start),
    end: timeOf(end),
    ...(location && { location }),
    ...(htmlLink && { url: htmlLink }),
  }
}

function timeOf(time: GoogleTime | undefined): string {
  return time?.dateTime ?? time?.date ?? ''
}

/** Returns the problem for an account that cannot be used for the calendar. */
export function refused(): Problem {
  const detail = 'The connected account does not let this application read its calendar.'
  return new Problem('provider_refused', { status: 502, detail })
}

function providerProblem(status: number | undefined): Problem {
  if (status === 403) return refused()
  const detail = status
    ? `The calendar responded with an error (${status}).`
    : 'The calendar did not respond.'
  return new Problem('provider_unavailable', { status: 502, detail })
}
