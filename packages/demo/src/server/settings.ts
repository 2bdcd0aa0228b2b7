/** The settings of the tenant, the demo's API and the calendar. */
export interface Settings {
  /** The origin of the tenant, for example `https://tenant.eu.auth0.com`. */
  tenant: string
  /** The client ID of the single-page application. */
  clientId: string
  /** The identifier of the demo's API. */
  audience: string
  /** The client ID of the API, which exchanges access tokens for the provider's tokens. */
  apiClientId: string
  apiClientSecret: string
  /** The confidential client of the server-rendered page. Without it, the demo does not have this page. */
  web?: { clientId: string; clientSecret: string } | undefined
  /** The base URL of the Google Calendar API, without a trailing slash. */
  calendarUrl: string
  /** The origin of the emulator, if the demo runs on it. */
  emulator?: string | undefined
}

/** The environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Thrown if the demo was started wrongly. The message is one line for the terminal. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

const GOOGLE_CALENDAR = 'https://www.googleapis.com/calendar/v3'
const NAMES = ['DOMAIN', 'CLIENT_ID', 'AUDIENCE', 'API_CLIENT_ID', 'API_CLIENT_SECRET'] as const

/**
 * Reads the settings of a tenant from the environment. Returns undefined if there are none.
 * Throws {@link StartError} if only some of the variables are set.
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
  throw new StartError('Set both WEB_CLIENT_ID and WEB_CLIENT_SECRET, or none of them.')
}

/** Reads a port from the environment. Throws {@link StartError} if the value is not a port. */
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
