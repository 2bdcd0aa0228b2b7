import { requestToken, type TestClient } from '../person/login.js'

/** The part of an emulator that has a Management API. */
export interface ManagedTenant {
  url: string
  clients: { management: TestClient & { audience: string } }
}

/** Returns an access token of the client `management`. By default it has all scopes. */
export async function managementToken(emulator: ManagedTenant, scope?: string): Promise<string> {
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
  /** By default, a token with all scopes. */
  token?: string
}

/** Calls the Management API over HTTP. */
export async function manage(emulator: ManagedTenant, call: ManagementCall): Promise<Response> {
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
