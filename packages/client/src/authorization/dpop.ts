import type { AccessToken } from './access-token.js'

/** Makes DPoP proofs (RFC 9449 §4.2) with the key that the access tokens are bound to; {@link Dpop} is made of it. */
export interface DpopProver {
  /** A new proof for one request; `accessToken` is hashed into `ath`. */
  generateProof(request: DpopProofRequest): Promise<string>
  /** The nonce that the server of this origin sent last. Provers without this get one kept for them. */
  getNonce?(origin: string): string | undefined | Promise<string | undefined>
  /** Keeps a nonce that the server of this origin has sent. */
  setNonce?(origin: string, nonce: string): void | Promise<void>
  /** Seconds that are added to this device's clock for `iat`. Provers without this and its setter sign with the clock as it is. */
  getClockOffset?(): number
  /** Sets how far the server's clock is ahead of this device's, in seconds, as a new access token has shown. */
  setClockOffset?(seconds: number): void
  /** False where the login SDK that owns the key has DPoP switched off, and tokens are Bearer; by default true. */
  isEnabled?(): boolean | Promise<boolean>
}

/** What a proof is for. */
export interface DpopProofRequest {
  /** The URL of the request; query and fragment are left out of `htu`. */
  url: string
  method: string
  nonce?: string
  accessToken?: string
}

/** A prover that remembers the nonces of each origin. */
export type NonceKeepingProver = DpopProver & Required<Pick<DpopProver, 'getNonce' | 'setNonce'>>

/** The `dpop` option: what `createDpop` or `fromAuth0` gives, or `fromProver` with a prover of your own. */
export interface Dpop extends NonceKeepingProver {
  /** The proofs of one request, or none where DPoP is off. They come with the prover: who has none does not load them. */
  proofsFor(request: Request): Promise<RequestProofs | undefined>
}

/** Refuses, with a TypeError, a prover that `fromProver` was not given, and whatever else is no {@link Dpop}. */
export function checkDpop(dpop: Dpop | undefined): void {
  if (dpop === undefined || typeof dpop?.proofsFor === 'function') return
  throw new TypeError('dpop must be the result of createDpop(), fromAuth0() or fromProver().')
}

/** The proofs of one request, until it is over. */
export interface RequestProofs {
  /** A new proof for the request with this token; throws `TokenError` `token_not_bound` where that is Bearer. */
  generate(token: AccessToken): Promise<string>
  /** Learns the nonce of an answer, for the next proof of this request. */
  read(response: Response): void
  /** Gives the nonce to other requests, once this one is over. */
  end(): Promise<void>
  /** What may help against a refused proof, by the `error` of the challenge. */
  remedies: ReadonlyMap<string, Remedy>
}

/** The token to send a refused request again with, or undefined where that would be of no use. */
export type Remedy = (refusal: Refusal) => Promise<AccessToken | undefined>

interface Refusal {
  response: Response
  /** The refused token. */
  token: AccessToken
  /** Asks the token source for a new one, or for any other than the refused one; it may answer the same. */
  freshToken(refused?: string): Promise<AccessToken>
}
