import { type Problem, traceOf } from './trace.js'

/** A request with its result. It has no body, no headers, and only those parameters that are never secret. */
export interface RecordedRequest {
  /** Increases with each request. */
  readonly id: number
  /** The time of the emulator's clock, in milliseconds since the epoch. */
  readonly time: number
  readonly method: string
  readonly path: string
  readonly parameters: Readonly<Record<string, string>>
  /** The status of the response; absent if a fault closed the connection. */
  readonly status?: number
  readonly problem?: Problem
  /** True if the response only asked for another DPoP nonce. Clients then retry automatically. */
  readonly nonce_challenge?: true
  readonly client_id?: string
  readonly user_id?: string
}

/** The last 200 requests to one emulator, without those of the dashboard and of the control API. */
export interface RequestRecord {
  /** Returns the requests, the newest last. */
  list(): readonly RecordedRequest[]
  /** Adds a request. Its trace provides the rest. */
  add(request: object, answered: AnsweredRequest): void
  clear(): void
}

/** What the record needs to know about a request and its response besides the trace. */
export interface AnsweredRequest {
  method: string
  path: string
  /** The parameters of the query and the form. The record keeps those that are never secret. */
  parameters: Iterable<[name: string, value: string]>
  status?: number
  /** True if the response is a challenge for a DPoP nonce. */
  asksForNonce?: boolean
}

const LIMIT = 200

const shown = new Set([
  'audience',
  'client_id',
  'connection',
  'connection_scope',
  'grant_type',
  'organization',
  'prompt',
  'response_mode',
  'response_type',
  'scope',
  'take',
])

/** Creates an empty record. */
export function createRequestRecord(now: () => number): RequestRecord {
  const requests: RecordedRequest[] = []
  let id = 0
  return {
    list: () => [...requests],
    add(request, { method, path, parameters, status, asksForNonce = false }) {
      if (method === 'OPTIONS' || /^\/(_emulator(\/|$)|healthz$|$)/.test(path)) return
      const { problem, clientId, userId } = traceOf(request)
      id += 1
      const entry: RecordedRequest = {
        id,
        time: now(),
        method,
        path: withoutSecrets(path),
        parameters: Object.fromEntries(
          [...parameters]
            .filter(([name]) => shown.has(name))
            .map(([name, value]) => [name, value.slice(0, 200)]),
        ),
        ...(status !== undefined && { status }),
        ...(problem && { problem }),
        ...(asksForNonce && { nonce_challenge: true }),
        ...(clientId !== undefined && { client_id: clientId }),
        ...(userId !== undefined && { user_id: userId }),
      }
      requests.push(entry)
      if (requests.length > LIMIT) requests.shift()
    },
    clear() {
      requests.length = 0
    },
  }
}

// Removes the ID of an interaction: together with its cookie, it lets a browser continue the login.
function withoutSecrets(path: string): string {
  return path.replace(/^(\/u\/login|\/authorize)\/.+/, '$1/…').slice(0, 200)
}
