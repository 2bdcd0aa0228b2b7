/** Makes DPoP proofs (RFC 9449 §4.2) with the key that the access tokens are bound to. */
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

const MAX_ORIGINS = 100

/** The last nonce of each origin (RFC 9449 §8), of the 100 origins that sent one last. */
export function createNonces(): Pick<NonceKeepingProver, 'getNonce' | 'setNonce'> {
  const nonces = new Map<string, string>()
  return {
    getNonce: (origin) => nonces.get(origin),
    setNonce(origin, nonce) {
      nonces.delete(origin)
      nonces.set(origin, nonce)
      const [oldest] = nonces.keys()
      if (nonces.size > MAX_ORIGINS && oldest) nonces.delete(oldest)
    },
  }
}

/** The prover itself where it keeps nonces, else one that keeps them for it. */
export function keepNonces(prover: DpopProver): NonceKeepingProver {
  return {
    ...createNonces(),
    ...(prover.getNonce && { getNonce: prover.getNonce.bind(prover) }),
    ...(prover.setNonce && { setNonce: prover.setNonce.bind(prover) }),
    ...(prover.getClockOffset && { getClockOffset: prover.getClockOffset.bind(prover) }),
    ...(prover.setClockOffset && { setClockOffset: prover.setClockOffset.bind(prover) }),
    ...(prover.isEnabled && { isEnabled: prover.isEnabled.bind(prover) }),
    generateProof: (request) => prover.generateProof(request),
  }
}
