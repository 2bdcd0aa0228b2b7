import { decodeJwt } from 'jose'
import type { Provider } from 'oidc-provider'
import type { Context } from '../../context/context.js'
import { createDpopNonces, type DpopNonces } from '../../dpop/nonces.js'
import { type EarlyContext, refuseEarly } from '../middleware/early-refusal.js'
import { replaceDpopNonces } from '../provider-internals.js'

/** The DPoP nonces of the token endpoint. They follow the emulator's clock and switches. */
export interface TokenNonces {
  /** Returns whether a proof of a public or confidential client must have a nonce. */
  isRequired(isPublicClient: boolean): boolean
  /** Returns a nonce that works. */
  next(): string
  /** Makes oidc-provider issue and check these nonces. Its own depend on the machine's clock. */
  guard(provider: Provider): void
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
    guard(provider) {
      const checkChallenge = (nonce: string) => ['good', 'aging'].includes(nonces().check(nonce))
      replaceDpopNonces(provider, { nextChallenge: next, checkChallenge })
      provider.use(async (ctx, proceed) => {
        const { nonce, iat } = ctx.path === '/oauth/token' ? readProof(ctx.get('dpop')) : {}
        if (nonce === undefined && isLate(iat)) {
          return challengeNonce(ctx, next())
        }
        await proceed()
        // oidc-provider sends a nonce whenever it differs from the current one, but Auth0 does not.
        if (typeof nonce === 'string' && nonces().check(nonce) === 'good') ctx.remove('dpop-nonce')
      })
    },
  }
}

/** Responds to a token request with a challenge for a nonce (RFC 9449 §8). */
export function challengeNonce(ctx: EarlyContext, nonce: string): void {
  const error_description = 'Authorization server requires nonce in DPoP proof'
  const body = { error: 'use_dpop_nonce', error_description }
  refuseEarly(ctx, { status: 400, body, headers: { 'dpop-nonce': nonce } })
}

// Returns an empty object if the proof cannot be read: oidc-provider then refuses it.
function readProof(proof: string): { nonce?: unknown; iat?: unknown } {
  try {
    return proof === '' ? {} : decodeJwt(proof)
  } catch {
    return {}
  }
}
