/** What the demo needs to know of a tenant, its API and the calendar. */
export interface Settings {
  /** Origin of the tenant: `https://tenant.eu.auth0.com`. */
  tenant: string
  /** The single page application's client. */
  clientId: string
  /** Identifier of the demo's own API. */
  audience: string
  /** The API's client, which exchanges access tokens for the provider's. */
  apiClientId: string
  apiClientSecret: string
  /** The confidential client of the page that is rendered on the server; without it there is none. */
  web?: { clientId: string; clientSecret: string } | undefined
  /** Base of a Google Calendar API, without a trailing slash. */
  calendarUrl: string
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A mistake in how the demo was started; its message is one line for the person at the terminal. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

const GOOGLE_CALENDAR = 'https://www.googleapis.com/calendar/v3'
const NAMES = ['DOMAIN', 'CLIENT_ID', 'AUDIENCE', 'API_CLIENT_ID', 'API_CLIENT_SECRET'] as const

/**
 * The settings of the tenant that the environment names; undefined where it names none.
 * Throws {@link StartError} where it names only a part of one.
 */
export function readSettings(env: Environment): Settings | undefined {
  const missing = NAMES.filter((name) => !env[name])
  if (missing.length === NAMES.length) return undefined
  if (missing.length > 0) {
    throw new StartError(
      `Missing ${missing.join(', ')}: set all five of ${NAMES.join(', ')}, or none to run on the emulator.`,
    )
  }
  const [domain = '', clientId = '', audience = '', apiClientId = '', apiClientSecret = ''] =
    NAMES.map((name) => env[name])
  const tenant = originOf('DOMAIN', /^https?:\/\//i.test(domain) ? domain : `https://${domain}`)
  const calendarUrl = (env.CALENDAR_URL || GOOGLE_CALENDAR).replace(/\/+$/, '')
  originOf('CALENDAR_URL', calendarUrl)
  const web = readWeb(env)
  return { tenant, clientId, audience, apiClientId, apiClientSecret, web, calendarUrl }
}

function readWeb(env: Environment): Settings['web'] {
  const { WEB_CLIENT_ID: clientId, WEB_CLIENT_SECRET: clientSecret } = env
  if (clientId && clientSecret) return { clientId, clientSecret }
  if (!clientId && !clientSecret) return undefined
  throw new StartError('Set both of WEB_CLIENT_ID and WEB_CLIENT_SECRET, or none of them.')
}

/** A port from the environment. Throws {@link StartError} where it is none. */
export function readPort(env: Environment, name: string, fallback: number): number {
  const text = env[name]
  if (!text) return fallback
  if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new StartError(`${name} must be a port, a number up to 65535; got '${text}'.`)
}

function originOf(name: string, url: string): string {
  if (URL.canParse(url)) return new URL(url).origin
  throw new StartError(`${name} is not a web address: '${url}'.`)
}
