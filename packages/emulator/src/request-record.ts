import { type Problem, traceOf } from './trace.js'

/** A request that was answered. It has no body, no header, and of its parameters only those that are never secret. */
export interface RecordedRequest {
  /** Grows with each request. */
  readonly id: number
  /** Milliseconds since the epoch, on the emulator's clock. */
  readonly time: number
  readonly method: string
  readonly path: string
  readonly parameters: Readonly<Record<string, string>>
  /** Absent where a fault let no answer arrive. */
  readonly status?: number
  readonly problem?: Problem
  /** Whether it was only told to come again with another DPoP nonce, as clients do of themselves. */
  readonly nonce_challenge?: true
  readonly client_id?: string
  readonly user_id?: string
}

/** The newest 200 requests to one emulator, but for those of its own page and control API. */
export interface RequestRecord {
  /** The newest last. */
  list(): readonly RecordedRequest[]
  /** Adds a request with what its trace knows. */
  add(request: object, answered: AnsweredRequest): void
  clear(): void
}

/** A request and its answer, as far as the request's trace does not know them. */
export interface AnsweredRequest {
  method: string
  path: string
  /** Its query and its form, of which the record picks. */
  parameters: Iterable<[name: string, value: string]>
  status?: number
  /** Whether the answer is a challenge for a DPoP nonce. */
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

/** Nothing was requested yet. */
export function createRequestRecord(now: () => number): RequestRecord {
  let requests: readonly RecordedRequest[] = []
  let id = 0
  return {
    list: () => requests,
    add(request, { method, path, parameters, status, asksForNonce = false }) {
      if (method === 'OPTIONS' || /^\/(_emulator(\/|$)|$)/.test(path)) return
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
      requests = [...requests, entry].slice(-LIMIT)
    },
    clear() {
      requests = []
    },
  }
}

// The name of an interaction is half of what lets a browser go on with it.
function withoutSecrets(path: string): string {
  return path.replace(/^(\/u\/login|\/authorize)\/.+/, '$1/…').slice(0, 200)
}
