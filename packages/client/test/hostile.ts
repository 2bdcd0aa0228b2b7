import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { isConnectFlowError, isMyAccountApiError, isTokenError } from '../src/index.js'

// What servers and addresses may hold at their worst, and what nobody may see of it.

export const RUNS = { numRuns: 10_000 }
export const TIME = 120_000

/** The same on every run, so that a failure can be run again by its seed. */
export function randomToken(length: number): string {
  const hashes = [0, 1, 2, 3].map((n) => createHash('sha512').update(`${length} ${n}`))
  return hashes
    .map((hash) => hash.digest('base64url'))
    .join('')
    .slice(0, length)
}

// As long as the real ones are, from 36 characters on.
export const secret = {
  accessToken: `eyJhbGciOiJSUzI1NiJ9.${randomToken(300)}.${randomToken(342)}`,
  authSession: randomToken(64),
  codeVerifier: randomToken(44),
  connectCode: randomToken(46),
  ticket: 'f0e1d2c3-b4a5-4968-8778-695a4b3c2d1e',
}
const secrets = Object.values(secret)

/** Any text, often with something in it that nobody may see. */
export const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .tuple(fc.string(), fc.constantFrom(...secrets), fc.string())
    .map(([before, token, after]) => before + token + after),
)

export const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(text, tie('json'), { maxKeys: 4 }),
  ),
}))

/** An object that is nearly what it should be: each field is the right one, another, or missing. */
export const nearly = (valid: Record<string, unknown>) =>
  fc.record(
    Object.fromEntries(
      Object.entries(valid).map(([name, value]) => [
        name,
        fc.oneof({ weight: 4, arbitrary: fc.constant(value) }, json),
      ]),
    ),
    { requiredKeys: Object.keys(valid).slice(0, 2) },
  )

export const status = fc.oneof(
  fc.constantFrom(200, 201, 204, 400, 401, 403, 404, 409, 415, 429, 500),
  fc.integer({ min: 200, max: 599 }),
)

/** What a header may hold (RFC 9110 §5.5). */
const headerValue = fc
  .oneof(text, fc.constantFrom('error="use_dpop_nonce"', 'DPoP error="invalid_token"', '9e9', '-1'))
  .map((value) => value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').trim())
export const headers = fc.dictionary(
  fc.constantFrom(
    'www-authenticate',
    'dpop-nonce',
    'retry-after',
    'content-type',
    'content-length',
    'location',
    'x-ratelimit-reset',
  ),
  headerValue,
)

/** An answer with this body; some statuses have none. */
export function answerOf(body: string | Uint8Array<ArrayBuffer>, init: ResponseInit): Response {
  return new Response([204, 205, 304].includes(init.status ?? 200) ? null : body, init)
}

/** Fails unless the work succeeds or its error is one of ours that tells no secret. */
export async function expectTypedError(work: Promise<unknown> | undefined): Promise<unknown> {
  const error = await work?.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error === undefined) return error
  if (!isMyAccountApiError(error) && !isConnectFlowError(error) && !isTokenError(error)) throw error
  const { message, cause } = error
  const fields = Object.values(error).map((value) => JSON.stringify(value))
  const shown = [message, JSON.stringify(error), inspect(error, { depth: 9 }), ...fields]
  if (cause instanceof Error) shown.push(cause.message, inspect(cause), JSON.stringify(cause))
  const leaked = secrets
    .flatMap((token) => token.split('.'))
    .find((token) => shown.join().includes(token))
  if (leaked) throw new Error(`A secret is shown: ${shown.join('\n')}`)
  return error
}
