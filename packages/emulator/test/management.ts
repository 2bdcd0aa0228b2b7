import type { Emulator } from '../src/index.js'
import { requestToken } from './login.js'

/** An access token of the client `management`, with all scopes unless some are named. */
export async function managementToken(emulator: Emulator, scope?: string): Promise<string> {
  const { management } = emulator.clients
  const fields = { grant_type: 'client_credentials', audience: management.audience }
  const login = { emulator, client: management }
  const { status, body } = await requestToken(login, { ...fields, ...(scope && { scope }) })
  if (status !== 200) throw new Error(`The token endpoint answered ${JSON.stringify(body)}`)
  return body.access_token
}

/** A call of the Management API. */
export interface ManagementCall {
  path: string
  method?: string
  /** Sent as JSON. */
  body?: unknown
  headers?: Record<string, string>
  /** One with all scopes by default. */
  token?: string
}

/** Calls the Management API over HTTP. */
export async function manage(emulator: Emulator, call: ManagementCall): Promise<Response> {
  const { path, body, headers, token = await managementToken(emulator) } = call
  return fetch(`${emulator.url}/api/v2${path}`, {
    method: call.method ?? (body === undefined ? 'GET' : 'PATCH'),
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}
