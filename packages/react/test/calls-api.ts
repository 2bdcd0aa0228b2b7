import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import {
  type ConnectionRequiredDetails,
  ConnectionRequiredError,
  type ConnectionRequiredReason,
  isTokenError,
} from '@connected-accounts/client'
import { exchangeConnectionToken } from '@connected-accounts/client/token-vault'
import type { Emulator } from '@connected-accounts/emulator'
import type { Plugin } from 'vite'

/** An API of the application's own, which calls the provider with a token of Token Vault. */
export interface CallsApi {
  plugin: Plugin
  /** The requests so far: the method, and the body of a POST. */
  calls: string[]
  /** The titles of the events that were created. */
  created: string[]
  /** The answers to the next requests, in place of those of the provider. */
  answers: Response[]
  /** Whether the API has ever got a token for the user, so that it can tell a revoked grant from none. */
  wasConnected: boolean
  /** Whether the browser refuses the application windows, as a popup blocker does. */
  arePopupsBlocked: boolean
  reset(): void
}

/** The scopes that the API needs at the provider. */
export const calendarScope = 'https://www.googleapis.com/auth/calendar.readonly'

const connection = 'google-oauth2'

/** Creates the API; it serves `/api/events` beside the application. */
export function createCallsApi(emulator: () => Emulator): CallsApi {
  const api: CallsApi = {
    calls: [],
    created: [],
    answers: [],
    wasConnected: false,
    arePopupsBlocked: false,
    reset() {
      Object.assign(api, { wasConnected: false, arePopupsBlocked: false })
      for (const list of [api.calls, api.created, api.answers]) list.length = 0
    },
    plugin: {
      name: 'calls-api',
      configureServer({ middlewares }) {
        middlewares.use('/calls.html', (_request, response, next) => {
          const policy = 'sandbox allow-scripts allow-same-origin allow-forms'
          if (api.arePopupsBlocked) response.setHeader('content-security-policy', policy)
          next()
        })
        middlewares.use('/api/events', (request, response) => void serve(request, response))
      },
    },
  }
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    api.calls.push(`${request.method} ${body}`.trim())
    const answer = api.answers.shift() ?? (await answerOf(request, body))
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    response.end(await answer.text())
  }
  async function answerOf(request: IncomingMessage, body: string): Promise<Response> {
    const answer = await callProvider(api, emulator().url, request.headers.authorization ?? '')
    if (!answer.ok || request.method === 'GET') return answer
    const { title }: { title: string } = JSON.parse(body)
    api.created.push(title)
    return Response.json({ title })
  }
  return api
}

/** What the API answers if the person must do something first. */
export function requiredResponse(
  reason: ConnectionRequiredReason,
  more: Partial<ConnectionRequiredDetails> = {},
): Response {
  const details = { connection, scopes: [calendarScope], reason, ...more }
  return new ConnectionRequiredError(details).toResponse()
}

/** Calls the provider for the user of an access token. What the person can fix is a `connection_required`. */
async function callProvider(
  api: CallsApi,
  domain: string,
  authorization: string,
): Promise<Response> {
  try {
    const { accessToken } = await exchangeConnectionToken({
      domain,
      clientId: 'api',
      clientAuth: { clientSecret: 'api-secret' },
      subjectToken: authorization.replace('Bearer ', ''),
      subjectTokenType: 'access_token',
      connection,
    })
    api.wasConnected = true
    const events = `${domain}/upstream/google-oauth2/calendar/v3/calendars/primary/events`
    const headers = { authorization: `Bearer ${accessToken}` }
    const response = await fetch(events, { headers })
    if (response.status === 401) return requiredResponse('revoked')
    if (response.status === 403) return requiredResponse('missing_scopes')
    if (!response.ok) return Response.json({ title: 'provider_down' }, { status: 502 })
    const { summary }: { summary: string } = await response.json()
    return Response.json({ account: summary })
  } catch (error) {
    if (!isTokenError(error) || error.code !== 'connection_not_connected') throw error
    return requiredResponse(api.wasConnected ? 'revoked' : 'not_connected')
  }
}
