import type { AccessToken } from '../authorization/access-token.js'
import {
  type Dpop,
  type DpopProver,
  type Outcome,
  type RequestProver,
  replaceToken,
} from '../authorization/dpop.js'
import { unlessAborted, within } from '../http/abort.js'
import { checkFunction } from '../http/check-function.js'
import { correctClock } from './clock-offset.js'

/** How many origins the nonces are kept of. */
const MAX_ORIGINS = 100

/** How long a proof waits for the prover's `getNonce`, in milliseconds. */
const MAX_NONCE_WAIT_MS = 1000

const OPTIONAL = ['getNonce', 'setNonce', 'getClockOffset', 'setClockOffset', 'isEnabled'] as const // literal types

/**
 * Makes the `dpop` option from a prover of yours. It keeps nonces, replays requests that need one and, if the prover has
 * `getClockOffset` and `setClockOffset`, corrects its clock.
 *
 * @throws {TypeError} if `prover` has no `generateProof`, or another method of it is not a function.
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-8
 *
 * @example
 * ```ts
 * import { type DpopProofRequest, fromProver } from '@connected-accounts/client/dpop'
 *
 * declare function signInSecureEnclave(request: DpopProofRequest): Promise<string>
 *
 * const dpop = fromProver({ generateProof: (request) => signInSecureEnclave(request) })
 * ```
 */
export function fromProver(prover: DpopProver): Dpop {
  if (typeof prover?.generateProof !== 'function') {
    throw new TypeError('prover must be an object with a generateProof() method.')
  }
  for (const name of OPTIONAL) checkFunction(prover[name], name)
  const nonces = createNonces(prover)
  const bound: DpopProver = {
    ...(prover.getClockOffset && { getClockOffset: prover.getClockOffset.bind(prover) }),
    ...(prover.setClockOffset && { setClockOffset: prover.setClockOffset.bind(prover) }),
    ...(prover.isEnabled && { isEnabled: prover.isEnabled.bind(prover) }),
    generateProof: (request) => prover.generateProof(request),
  }
  return {
    ...bound,
    getNonce: nonces.get,
    setNonce: (origin, nonce) => nonces.keep(origin, { nonce, order: nonces.nextOrder() }),
    async proverFor(request) {
      const isEnabled = prover.isEnabled && Promise.resolve(prover.isEnabled())
      if ((await (isEnabled && unlessAborted(isEnabled, request.signal))) === false)
        return undefined
      return requestProver(request, bound, nonces)
    },
  }
}

/** Signs one request with its newest nonce. */
function requestProver(
  { url, method }: Request,
  prover: DpopProver,
  nonces: ReturnType<typeof createNonces>,
): RequestProver {
  const { origin } = new URL(url)
  /** The nonce that the server sent to this request. It may work only once, so other requests get it only afterwards. */
  let own: ReceivedNonce | undefined
  let order = 0
  let clockOffset: number | undefined

  async function nextToken(outcome: Outcome): Promise<AccessToken | undefined> {
    const { challenge, response, token } = outcome
    switch (challenge) {
      case 'use_dpop_nonce':
        return response?.headers.has('dpop-nonce') ? token : undefined
      case 'invalid_dpop_proof':
        return correctClock(prover, outcome, clockOffset)
      case 'invalid_token':
        return replaceToken(outcome)
    }
  }

  return {
    async sign({ accessToken }) {
      order = nonces.nextOrder()
      clockOffset = prover.getClockOffset?.()
      const nonce = own?.nonce ?? (await nonces.get(origin))
      return prover.generateProof({ url, method, accessToken, ...(nonce && { nonce }) })
    },
    async replay(outcome) {
      const nonce = outcome.response?.headers.get('dpop-nonce')
      if (nonce) own = { nonce, order }
      let next: AccessToken | undefined
      try {
        next = await nextToken(outcome)
      } finally {
        if (!next && own) nonces.keep(origin, own)
      }
      return next
    },
  }
}

interface ReceivedNonce {
  nonce: string
  /** When the request was signed whose answer had it, as a number that grows. */
  order: number
}

/**
 * Keeps the newest nonce of each origin, of the 100 origins that sent one last (RFC 9449 §8). If the prover has `setNonce`,
 * the nonce is also passed to the prover. No request fails if the prover cannot keep or return a nonce, or takes too long: the
 * proof is then made without a nonce, and the server asks for one.
 */
function createNonces(prover: DpopProver) {
  const newest = new Map<string, ReceivedNonce & { isStored?: boolean }>()
  let lastOrder = 0

  async function store(origin: string, entry: { nonce: string; isStored?: boolean }) {
    try {
      await prover.setNonce?.(origin, entry.nonce)
      entry.isStored = true
    } catch {
      // The nonce is then kept in memory only.
    }
  }

  return {
    nextOrder: () => ++lastOrder,
    get(origin: string): string | undefined | Promise<string | undefined> {
      const known = newest.get(origin)
      const isWithProver = !known || (known.isStored && prover.setNonce)
      if (!prover.getNonce || !isWithProver) return known?.nonce
      return readNonce(prover, origin)
    },
    keep(origin: string, { nonce, order }: ReceivedNonce): void {
      // A slow request must not replace a nonce with one that it was sent earlier.
      if ((newest.get(origin)?.order ?? 0) > order) return
      const entry = { nonce, order }
      newest.delete(origin)
      newest.set(origin, entry)
      const [oldest] = newest.keys()
      if (newest.size > MAX_ORIGINS && oldest) newest.delete(oldest)
      void store(origin, entry)
    },
  }
}

function readNonce(prover: DpopProver, origin: string) {
  try {
    const nonce = prover.getNonce?.(origin)
    if (typeof nonce !== 'object') return nonce // from memory, so there is nothing to wait for
    return within(nonce, MAX_NONCE_WAIT_MS).catch(() => undefined)
  } catch {
    // The proof then has no nonce.
  }
}
