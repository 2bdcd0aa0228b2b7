import { eventsAround } from './calendar-events.js'
import { accessOf, type Provider } from './provider.js'

const SCOPES = ['calendar', 'calendar.readonly', 'calendar.events', 'calendar.events.readonly'].map(
  (name) => `https://www.googleapis.com/auth/${name}`,
)

/**
 * Responds to `GET /calendar/v3/calendars/primary/events` like Google's Calendar API, with errors in Google's form.
 * Supports `timeMin`, `timeMax`, `maxResults` (250 by default), `pageToken`, `singleEvents` and `orderBy`.
 */
export function calendarEvents(provider: Provider, request: Request, now: number): Response {
  const access = accessOf(provider, request)
  if (!access) return unauthenticated()
  if (!SCOPES.some((scope) => access.scopes.includes(scope))) return insufficientScope()
  const query = new URL(request.url).searchParams
  const flaw = flawOf(query)
  if (flaw) return badRequest(flaw)
  const { email } = access.account
  const events = eventsAround({ email, issuer: provider.issuer, now }).filter(isBetween(query))
  const offset = Number(query.get('pageToken') ?? 0)
  const end = offset + Math.min(Number(query.get('maxResults') ?? 250), 2500)
  return Response.json({
    kind: 'calendar#events',
    etag: '"emulator"',
    summary: email,
    updated: new Date(now).toISOString(),
    timeZone: 'UTC',
    accessRole: 'owner',
    defaultReminders: [],
    ...(end < events.length && { nextPageToken: String(end) }),
    items: events.slice(offset, end),
  })
}

function flawOf(query: URLSearchParams): string | undefined {
  for (const name of ['timeMin', 'timeMax']) {
    const time = query.get(name)
    // RFC 3339 with a time zone, which Google requires.
    const format = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
    if (time !== null && !(format.test(time) && !Number.isNaN(Date.parse(time)))) return name
  }
  if (!/^[1-9]\d{0,8}$/.test(query.get('maxResults') ?? '1')) return 'maxResults'
  if (!/^\d{1,9}$/.test(query.get('pageToken') ?? '0')) return 'pageToken'
  const orderBy = query.get('orderBy')
  if (orderBy === 'startTime') return query.get('singleEvents') === 'true' ? undefined : 'orderBy'
  return orderBy === null || orderBy === 'updated' ? undefined : 'orderBy'
}

interface Span {
  start: { dateTime: string }
  end: { dateTime: string }
}

// As at Google, an event must end after timeMin and start before timeMax.
function isBetween(query: URLSearchParams): (event: Span) => boolean {
  const min = Date.parse(query.get('timeMin') ?? '') || Number.NEGATIVE_INFINITY
  const max = Date.parse(query.get('timeMax') ?? '') || Number.POSITIVE_INFINITY
  return ({ start, end }) => Date.parse(end.dateTime) > min && Date.parse(start.dateTime) < max
}

interface GoogleError {
  code: number
  status: string
  message: string
  reason: string
  /** The part of the request that is wrong. */
  location?: { location: string; locationType: string }
}

function googleError(error: GoogleError, headers: Record<string, string> = {}): Response {
  const { code, status, message, reason, location } = error
  const errors = [{ message, domain: 'global', reason, ...location }]
  return Response.json({ error: { code, message, errors, status } }, { status: code, headers })
}

const realm = 'Bearer realm="https://accounts.google.com/"'

function unauthenticated(): Response {
  return googleError(
    {
      code: 401,
      status: 'UNAUTHENTICATED',
      message: 'Request had invalid authentication credentials.',
      reason: 'authError',
      location: { location: 'Authorization', locationType: 'header' },
    },
    { 'www-authenticate': `${realm}, error="invalid_token"` },
  )
}

function insufficientScope(): Response {
  return googleError(
    {
      code: 403,
      status: 'PERMISSION_DENIED',
      message: 'Request had insufficient authentication scopes.',
      reason: 'insufficientPermissions',
    },
    { 'www-authenticate': `${realm}, error="insufficient_scope", scope="${SCOPES.join(' ')}"` },
  )
}

function badRequest(location: string): Response {
  return googleError({
    code: 400,
    status: 'INVALID_ARGUMENT',
    message: `Invalid value for ${location}`,
    reason: 'badRequest',
    location: { location, locationType: 'parameter' },
  })
}
