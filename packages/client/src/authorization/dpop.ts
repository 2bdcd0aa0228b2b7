import type { AccessToken } from './access-token.js'

/** Makes DPoP proofs with the key that the access tokens are bound to (RFC 9449 §4.2). {@link Dpop} is made from one. */
export interface DpopProver {
  /** Makes a new proof for one request. */
  generateProof(request: DpopProofRequest): Promise<string>
  /**
   * Returns the nonce that the server of this origin sent last. A prover without `getNonce` and `setNonce` gets its nonces
   * kept in memory. If `getNonce` fails, or takes more than a second, the proof is made without a nonce.
   */
  getNonce?(origin: string): string | undefined | Promise<string | undefined>
  /** Keeps a nonce that the server of this origin has sent. No request waits for it, nor fails because of it. */
  setNonce?(origin: string, nonce: string): void | Promise<void>
  /** Returns the seconds to add to this device's clock for `iat`. A prover without it and its setter uses the clock as it is. */
  getClockOffset?(): number
  /** Sets how many seconds the server's clock is ahead of this device's, as a new access token has shown. */
  setClockOffset?(seconds: number): void
  /** Returns false if the login SDK that owns the key has DPoP switched off, so that tokens are Bearer. True by default. */
  isEnabled?(): boolean | Promise<boolean>
}

/** What a proof is for. */
export interface DpopProofRequest {
  /** The URL of the request. `htu` leaves out its query and fragment. */
  url: string
  method: string
  nonce?: string
  /** The token that is sent with the proof, which holds its hash as `ath`. */
  accessToken?: string
}

/** The `dpop` option: what `createDpop` or `fromAuth0` returns, or `fromProver` with a prover of yours. */
export interface Dpop extends DpopProver {
  /** Returns the newest nonce that is known for this origin. Does not fail. */
  getNonce(origin: string): string | undefined | Promise<string | undefined>
  /** Keeps a nonce for this origin. Does not fail, and nothing has to wait for it. */
  setNonce(origin: string, nonce: string): void
  /** Returns what signs one request, or undefined if DPoP is off. @internal */
  proverFor(request: Request): Promise<RequestProver | undefined>
}

/** Signs one request each time that it is sent. It comes with the prover, so that Bearer clients do not load it. @internal */
export interface RequestProver {
  /** Makes a new proof for the request with this token. */
  sign(token: AccessToken): Promise<string>
  /**
   * Learns from what became of the request, and decides whether to send it again. Is told of every answer, and of a
   * replay that got none.
   *
   * @returns The token to send the request again with, or undefined if the request is over.
   */
  replay(outcome: Outcome): Promise<AccessToken | undefined>
}

/** What became of a request that was sent. @internal */
export interface Outcome {
  /** The answer; undefined if there was none. */
  response: Response | undefined
  /** The `error` of the challenge if the request was refused for a cause that was not yet answered. */
  challenge: string | undefined
  /** The token that was sent. */
  token: AccessToken
  /**
   * Asks the token source for another token.
   *
   * @param rejectedToken - With it, a cached token will do if it is another one.
   */
  freshToken(rejectedToken?: string): Promise<AccessToken>
}

/**
 * Checks the `dpop` option.
 *
 * @throws {TypeError} if it is a prover that `fromProver` was not given, or no prover at all.
 * @internal
 */
export function checkDpop(dpop: Dpop | undefined): void {
  if (dpop === undefined || typeof dpop?.proverFor === 'function') return
  throw new TypeError(
    'dpop must be the result of createDpop(), fromAuth0() or fromProver(). Pass your own prover to fromProver() first.',
  )
}

/** Gets another token in place of one that was refused as invalid; undefined if the source has no other one. @internal */
export async function replaceToken({
  token,
  freshToken,
}: Outcome): Promise<AccessToken | undefined> {
  const fresh = await freshToken(token.accessToken)
  return fresh.accessToken === token.accessToken ? undefined : fresh
}
