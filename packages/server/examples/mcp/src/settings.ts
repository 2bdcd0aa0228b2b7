/** What the server needs to know. */
export interface Settings {
  /** The address at which people and clients reach this server. */
  origin: string
  /** The tenant. */
  domain: string
  /** The web application, whose pages people open. */
  web: { clientId: string; clientSecret: string }
  /** The client of the API. Token Vault lets it exchange the access tokens that MCP clients send. */
  api: { clientId: string; clientSecret: string }
  /** The identifier of the API. */
  audience: string
  /** Seals the cookies of the web application. */
  secret: string
  /** The base URL of the calendar's API. */
  calendarUrl: string
}
