import { queryOptions } from '@tanstack/react-query'
import type { CalendarEvent } from '../server/calendar.js'
import type { ProblemCode } from '../server/problem.js'
import type { ApiFetch } from './session.js'

/** An error response of the demo's API, with its problem details. */
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

/** Returns whether an error is an error response of the demo's API. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof ApiError
}

/** The first part of the key of every query for events. Use it to invalidate them. */
export const EVENTS_KEY = 'events'

/** Options of {@link eventsQuery}. */
export interface EventsQueryOptions {
  apiFetch: ApiFetch
  user: string
  /** The ID of the account that was just connected. It is part of the key, so events are loaded again after a connect. */
  connected?: string | undefined
}

/** Returns the query for the next events. Its data is null if no calendar is connected. */
export function eventsQuery({ apiFetch, user, connected }: EventsQueryOptions) {
  return queryOptions({
    queryKey: [EVENTS_KEY, user, connected],
    retry: (failures, error) => failures < 2 && !isApiError(error), // a refusal of the API would not change at once
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
