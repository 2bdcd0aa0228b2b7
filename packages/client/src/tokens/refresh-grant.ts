import type { Dpop } from '../authorization/dpop.js'
import { type Fetch, runtimeFetch } from '../http/fetch.js'
import { type GrantAnswer, oauthError, sendGrant } from './token-endpoint.js'

/** What a refresh is for. */
export interface Refresh {
  refreshToken: string
  audience: string
  scope: string
}

/** The answer to a refresh, of whatever status, and whether the request had a DPoP proof. */
export interface RefreshAnswer extends GrantAnswer {
  proven: boolean
}

/** Milliseconds for an answer, as all other refreshes wait for it. */
const LONGEST_ANSWER = 30_000

/**
 * Makes the refresh grant (RFC 6749 §6) of a public client, with an audience as for Auth0's multi-resource refresh
 * tokens, and with a proof where a prover is given; the challenge for a nonce (RFC 9449 §8) is answered once.
 * Rejects with a `TimeoutError` where there is no answer in 30 seconds.
 */
export function createRefreshGrant(options: {
  origin: string
  clientId: string
  dpop: Dpop | undefined
  fetch: Fetch | undefined
}): (refresh: Refresh) => Promise<RefreshAnswer> {
  const { origin, clientId, dpop, fetch = runtimeFetch } = options
  const url = `${origin}/oauth/token`

  async function send(
    parameters: Record<string, string | undefined>,
    prover: Dpop | undefined,
    challenge?: string,
  ) {
    const nonce = challenge ?? (await prover?.getNonce(origin))
    const proof = await prover?.generateProof({ url, method: 'POST', ...(nonce && { nonce }) })
    const signal = AbortSignal.timeout(LONGEST_ANSWER)
    const answer = await sendGrant({ url, parameters, proof, signal, fetch })
    const newNonce = answer.response.headers.get('dpop-nonce')
    if (newNonce) await prover?.setNonce(origin, newNonce)
    return { ...answer, newNonce }
  }
  return async ({ refreshToken, audience, scope }) => {
    const parameters = {
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: refreshToken,
      audience: audience || undefined,
      scope: scope || undefined,
    }
    const prover = (await dpop?.isEnabled?.()) === false ? undefined : dpop
    const first = await send(parameters, prover)
    const challenge = oauthError(first) === 'use_dpop_nonce' && first.newNonce
    // Its own nonce, as the API at the same origin may have sent another in the meantime.
    const answer = challenge ? await send(parameters, prover, challenge) : first
    return { ...answer, proven: prover !== undefined }
  }
}
