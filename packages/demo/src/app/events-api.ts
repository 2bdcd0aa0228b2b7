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

/** Options of {@link eventsQuery}. */
export interface EventsQueryOptions {
  apiFetch: ApiFetch
  user: string
  /** The ID of the account whose events are read. It is part of the key, so another account has other events. */
  account: string | undefined
  /** Is called if the provider gives no access, whatever the list of accounts says. */
  onNoAccess?: () => void
}

/** The codes that a new grant can solve. */
const NO_ACCESS: readonly ProblemCode[] = ['not_connected', 'provider_refused']

/** Returns the query for the next events. */
export function eventsQuery({ apiFetch, user, account, onNoAccess }: EventsQueryOptions) {
  return queryOptions({
    queryKey: ['events', user, account],
    retry: (failures, error) => failures < 2 && !isApiError(error), // a refusal of the API would not change at once
    queryFn: async ({ signal }) => {
      const response = await apiFetch('/api/events', { signal })
      if (response.ok) return readEvents(response)
      const code = await readCode(response)
      if (NO_ACCESS.includes(code)) onNoAccess?.()
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
