import { isBound } from '../authorization/access-token.js'
import type {
  Dpop,
  DpopProver,
  NonceKeepingProver,
  Remedy,
  RequestProofs,
} from '../authorization/dpop.js'
import { TokenError } from '../errors/token-error.js'
import { clockOffset, isOtherOffset } from './clock-offset.js'

const MAX_ORIGINS = 100

/**
 * Makes the `dpop` option of a prover of your own: it keeps nonces for it, answers challenges and, where the prover has
 * `getClockOffset` and `setClockOffset`, learns the clock of the server.
 */
export function fromProver(prover: DpopProver): Dpop {
  if (typeof prover?.generateProof !== 'function') {
    throw new TypeError('prover must be an object with generateProof().')
  }
  const keeping: NonceKeepingProver = {
    ...createNonces(),
    ...(prover.getNonce && { getNonce: prover.getNonce.bind(prover) }),
    ...(prover.setNonce && { setNonce: prover.setNonce.bind(prover) }),
    ...(prover.getClockOffset && { getClockOffset: prover.getClockOffset.bind(prover) }),
    ...(prover.setClockOffset && { setClockOffset: prover.setClockOffset.bind(prover) }),
    ...(prover.isEnabled && { isEnabled: prover.isEnabled.bind(prover) }),
    generateProof: (request) => prover.generateProof(request),
  }
  return {
    ...keeping,
    proofsFor: async (request) =>
      (await keeping.isEnabled?.()) === false ? undefined : requestProofs(keeping, request),
  }
}

/** The last nonce of each origin (RFC 9449 §8), of the 100 origins that sent one last. */
function createNonces(): Pick<NonceKeepingProver, 'getNonce' | 'setNonce'> {
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

function requestProofs(prover: NonceKeepingProver, { url, method }: Request): RequestProofs {
  const { origin } = new URL(url)
  /** That of this request's own answers, which is given to nobody else before the request is over. */
  let ownNonce: string | undefined
  /** As it was when the last proof was made. */
  let offset: number | undefined

  const repeatWithNonce: Remedy = async ({ response, token }) =>
    response.headers.has('dpop-nonce') ? token : undefined

  const repeatInTime: Remedy = async ({ token, freshToken }) => {
    if (!prover.getClockOffset || !prover.setClockOffset) return undefined
    // Another request has learned it in the meantime.
    if (isOtherOffset(prover.getClockOffset(), offset)) return token
    const fresh = await freshToken()
    // A cached token says nothing of the time that it is now.
    if (fresh.accessToken === token.accessToken) return undefined
    const learned = clockOffset(fresh.accessToken)
    if (learned === undefined || !isOtherOffset(learned, offset)) return undefined
    prover.setClockOffset(learned)
    return fresh
  }

  return {
    async generate(token) {
      if (!isBound(token)) {
        throw new TokenError('token_not_bound', {
          message:
            'The access token is Bearer in spite of `dpop`: log in with DPoP, or leave `dpop` out.',
        })
      }
      const { accessToken } = token
      offset = prover.getClockOffset?.()
      const nonce = ownNonce ?? (await prover.getNonce(origin))
      return prover.generateProof({ url, method, accessToken, ...(nonce && { nonce }) })
    },
    read({ headers }) {
      ownNonce = headers.get('dpop-nonce') ?? ownNonce
    },
    async end() {
      if (ownNonce) await prover.setNonce(origin, ownNonce)
    },
    // Auth0 says `use_dpop_nonce` (RFC 9449 §9) where a nonce is missing and `invalid_dpop_nonce` where it has expired.
    remedies: new Map([
      ['use_dpop_nonce', repeatWithNonce],
      ['invalid_dpop_nonce', repeatWithNonce],
      ['invalid_dpop_proof', repeatInTime],
    ]),
  }
}
