import { queryOptions } from '@tanstack/react-query'
import type { CalendarEvent } from '../server/calendar.js'
import type { ProblemCode } from '../server/problem.js'
import type { ApiFetch } from './session.js'

/** The API's refusal, as its problem details say. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ProblemCode
  readonly status: number

  constructor(code: ProblemCode, status: number) {
    super(`The API answered ${status}: ${code}`)
    this.code = code
    this.status = status
  }
}

/** Whether an error is the API's own refusal. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof ApiError
}

/** First part of the key of every query for events, with which to make them stale. */
export const EVENTS_KEY = 'events'

/** Options of {@link eventsQuery}. */
export interface EventsQueryOptions {
  apiFetch: ApiFetch
  user: string
  /** Id of the account that has just been connected: what is known from before it is asked again. */
  connected?: string | undefined
}

/** The next events, or null where no calendar is connected. */
export function eventsQuery({ apiFetch, user, connected }: EventsQueryOptions) {
  return queryOptions({
    queryKey: [EVENTS_KEY, user, connected],
    retry: (failures, error) => failures < 2 && !isApiError(error), // what the API says will not change at once
    queryFn: async ({ signal }) => {
      const response = await apiFetch('/api/events', { signal })
      if (response.ok) return readEvents(response)
      const code = await readCode(response)
      if (code === 'not_connected') return null
      throw new ApiError(code, response.status)
    },
  })
}

async function readEvents(response: Response): Promise<CalendarEvent[]> {
  const body: { events: CalendarEvent[] } = await response.json()
  return body.events
}

async function readCode(response: Response): Promise<ProblemCode> {
  const body: { code?: ProblemCode } = await response.json().catch(() => ({}))
  return body.code ?? 'internal_error'
}
