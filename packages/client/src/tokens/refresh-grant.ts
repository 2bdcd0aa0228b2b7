import type { Dpop } from '../authorization/dpop.js'
import { type Fetch, runtimeFetch } from '../http/fetch.js'
import { type GrantAnswer, oauthError, sendGrant } from './token-endpoint.js'

/** Runs work, and rejects with a `TimeoutError` if it takes too long. */
export type WithDeadline = <T>(work: () => T | Promise<T>) => Promise<T>

/** Parameters of one refresh. */
export interface Refresh {
  refreshToken: string
  audience: string
  scope: string
}

/** What the token endpoint returned, whatever the status. */
export interface RefreshAnswer extends GrantAnswer {
  /** True if the request had a DPoP proof. */
  hadProof: boolean
}

/** Options of {@link createRefreshGrant}. */
export interface RefreshGrantOptions {
  /** The tenant's origin. */
  origin: string
  clientId: string
  dpop: Dpop | undefined
  fetch: Fetch | undefined
  /** Bounds every call of the application's own functions. */
  withDeadline: WithDeadline
  /** Called with an answer that comes after the time is over, and with the refresh token that was sent. */
  onLateAnswer(answer: GrantAnswer, refreshToken: string): void
}

/**
 * Makes a function that sends the refresh grant (RFC 6749 §6) of a public client, with an audience as Auth0's multi-resource
 * refresh tokens need it. If there is a prover, the request has a DPoP proof, and one challenge for a nonce (RFC 9449 §8) is
 * answered. The function rejects with a `TimeoutError` if something takes too long.
 */
export function createRefreshGrant(
  options: RefreshGrantOptions,
): (refresh: Refresh) => Promise<RefreshAnswer> {
  const { clientId, dpop, withDeadline } = options
  return async ({ refreshToken, audience, scope }) => {
    const parameters = {
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: refreshToken,
      audience: audience || undefined,
      scope: scope || undefined,
    }
    const isEnabled = await withDeadline(() => dpop?.isEnabled?.())
    const prover = isEnabled === false ? undefined : dpop
    const first = await sendOnce(options, parameters, { prover })
    const challenge = oauthError(first) === 'use_dpop_nonce' && first.newNonce
    // Another request may have changed the prover's nonce in the meantime, so the challenge's own one is used.
    const answer = challenge
      ? await sendOnce(options, parameters, { prover, nonce: challenge })
      : first
    return { response: answer.response, body: answer.body, hadProof: prover !== undefined }
  }
}

async function sendOnce(
  { origin, fetch = runtimeFetch, withDeadline, onLateAnswer }: RefreshGrantOptions,
  parameters: Record<string, string | undefined> & { refresh_token: string },
  { prover, nonce }: { prover: Dpop | undefined; nonce?: string },
): Promise<GrantAnswer & { newNonce: string | null }> {
  const url = `${origin}/oauth/token`
  const proof = prover && (await createProof(prover, { origin, url, nonce, withDeadline }))
  const controller = new AbortController() // older versions of React Native have no AbortSignal.timeout
  const sent = sendGrant({ url, parameters, proof, signal: controller.signal, fetch })
  const answer = await withDeadline(() => sent).catch((error: unknown) => {
    controller.abort(error)
    // If `fetch` ignores its signal, its answer may still come, with the only good refresh token.
    sent.then((late) => onLateAnswer(late, parameters.refresh_token)).catch(() => {})
    throw error
  })
  const newNonce = answer.response.headers.get('dpop-nonce')
  if (prover && newNonce) keepNonce(prover, origin, newNonce)
  return { ...answer, newNonce }
}

interface ProofOptions {
  origin: string
  url: string
  nonce: string | undefined
  withDeadline: WithDeadline
}

async function createProof(
  prover: Dpop,
  { origin, url, nonce: challenge, withDeadline }: ProofOptions,
): Promise<string> {
  // If the prover has lost its nonce, the server sends another one.
  const lastNonce = () => withDeadline(() => prover.getNonce(origin)).catch(() => undefined)
  const nonce = challenge ?? (await lastNonce())
  return withDeadline(() => prover.generateProof({ url, method: 'POST', ...(nonce && { nonce }) }))
}

/** Passes a nonce to the prover. It does not wait, because the answer may hold the only good refresh token. */
function keepNonce(prover: Dpop, origin: string, nonce: string): void {
  const keep = async () => prover.setNonce(origin, nonce)
  keep().catch(() => {})
}
