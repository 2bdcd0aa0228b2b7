import { TokenError } from '@connected-accounts/client'
import { parseJson, within } from '@connected-accounts/client/internal'
import type { Context } from '../context.js'

/** What is sent to a provider. Its token is in `headers` or `body`. */
export interface ProviderRequest {
  /** Names the endpoint in messages: `profile` or `revocation`. */
  endpoint: string
  /** Only https, or http to this machine. */
  url: string
  method: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: URLSearchParams
}

/** What a provider answered. */
export interface ProviderAnswer {
  status: number
  /** True for a status of 2xx. */
  ok: boolean
  /** The body as JSON; undefined if it is not JSON, or longer than 64 KiB. */
  json: unknown
}

/** How long a provider may take, in milliseconds. */
const PATIENCE = 5000
/** The longest body that is read, in bytes. A profile is much shorter. */
const MAX_BODY = 65_536

/**
 * Sends a token to an endpoint of its provider. The request follows no redirect, because the token would go along.
 *
 * @throws {TokenError} provider_unavailable, if the provider cannot be reached, or takes longer than 5 seconds.
 * @internal
 */
export async function askProvider(
  context: Context,
  { endpoint, url, method, headers, body }: ProviderRequest,
): Promise<ProviderAnswer> {
  const send = context.options.fetch ?? fetch
  const timeout = Math.min(PATIENCE, context.timeout)
  const abort = new AbortController()
  const init = { method, headers: { accept: 'application/json', ...headers }, body: body ?? null }
  const request = new Request(url, { ...init, redirect: 'manual', signal: abort.signal })
  try {
    return await within(send(request).then(readAnswer), timeout)
  } catch (cause) {
    const message = `The ${endpoint} endpoint at ${new URL(url).host} gave no answer. Try again later.`
    throw new TokenError('provider_unavailable', { message, cause })
  } finally {
    abort.abort() // ends what is still being sent or read
  }
}

async function readAnswer({ status, ok, body }: Response): Promise<ProviderAnswer> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > MAX_BODY) return { status, ok, json: undefined }
    text += decoder.decode(chunk, { stream: true })
  }
  return { status, ok, json: parseJson(text) }
}
