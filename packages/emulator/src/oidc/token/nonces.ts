import { decodeJwt } from 'jose'
import type { Provider } from 'oidc-provider'
import type { Context } from '../../context/context.js'
import { createDpopNonces, type DpopNonces } from '../../dpop/nonces.js'
import { refuseEarly } from '../middleware/early-refusal.js'
import type { OidcMiddleware } from '../middleware/env.js'
import { replaceDpopNonces } from '../provider-internals.js'

/** The DPoP nonces of the token endpoint. They follow the emulator's clock and switches. */
export interface TokenNonces {
  /** Returns whether a proof of a public or confidential client must have a nonce. */
  isRequired(isPublicClient: boolean): boolean
  /** Returns a nonce that works. */
  next(): string
  /** Makes oidc-provider issue and check these nonces, and send one only if it is needed. Its own depend on the machine's clock. */
  attach(provider: Provider): void
  /** Middleware of the token endpoint: asks for a nonce if a proof is late. */
  readonly refuseLateProofs: OidcMiddleware
}

/** How old a proof without a nonce can be, in seconds. */
const WINDOW = 300

/** Creates the nonces of one authorization server. With the switch `nonces: 'shared'`, it uses those of the My Account API. */
export function createTokenNonces(context: Context, myAccount: DpopNonces): TokenNonces {
  const { now, clock, switches } = context
  const own = createDpopNonces(now, () => switches.get().tokenNonce)
  const nonces = () => (switches.get().nonces === 'shared' ? myAccount : own)
  const isLate = (iat: unknown) =>
    typeof iat === 'number' && Math.abs(clock.proofNow() / 1000 - iat) > WINDOW
  const next = () => nonces().issue()
  return {
    next,
    isRequired(isPublicClient) {
      const { tokenNonce } = switches.get()
      if (tokenNonce === 'all_clients' || tokenNonce === 'expired') return true
      return isPublicClient && tokenNonce !== 'optional'
    },
    attach(provider) {
      const checkChallenge = (nonce: string) => ['good', 'aging'].includes(nonces().check(nonce))
      replaceDpopNonces(provider, { nextChallenge: next, checkChallenge })
      provider.use(async (ctx, proceed) => {
        await proceed()
        if (ctx.path !== '/oauth/token' || !ctx.response.get('dpop-nonce')) return
        // oidc-provider sends a nonce whenever it differs from the current one, but Auth0 does not.
        const { nonce } = readProof(ctx.get('dpop'))
        if (typeof nonce === 'string' && nonces().check(nonce) === 'good') ctx.remove('dpop-nonce')
      })
    },
    async refuseLateProofs(c, proceed) {
      const { nonce, iat } = readProof(c.req.header('dpop'))
      if (nonce === undefined && isLate(iat)) return challengeNonce(c.req.raw, next())
      return proceed()
    },
  }
}

/** Returns a challenge for a nonce in response to a token request (RFC 9449 §8). */
export function challengeNonce(request: Request, nonce: string): Response {
  const error_description = 'Authorization server requires nonce in DPoP proof'
  const body = { error: 'use_dpop_nonce', error_description }
  return refuseEarly(request, { status: 400, body, headers: { 'dpop-nonce': nonce } })
}

// Returns an empty object if the proof cannot be read: oidc-provider then refuses it.
function readProof(proof = ''): { nonce?: unknown; iat?: unknown } {
  try {
    return proof === '' ? {} : decodeJwt(proof)
  } catch {
    return {}
  }
}
