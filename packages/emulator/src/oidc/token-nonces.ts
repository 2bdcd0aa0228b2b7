import { randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
// @ts-expect-error: oidc-provider has no types for this file.
import ServerChallenge from 'oidc-provider/lib/helpers/challenge.js'
import type { Context } from '../context.js'
import { createExpiringMap } from '../expiring-map.js'

/** The DPoP nonces of the token endpoint, which oidc-provider makes and checks, by the emulator's clock and switches. */
export interface TokenNonces {
  /** What oidc-provider makes them from. */
  readonly secret: Buffer
  /** Whether a proof of this kind of client must have one. */
  isRequired(isPublicClient: boolean): boolean
  /** One that works. */
  next(): string
  /** Has the endpoint refuse those that the clock or a switch made expire, before oidc-provider looks at them. */
  guard(provider: Provider): void
}

/** Life of a nonce, and how old a proof without one may be, in seconds: as oidc-provider has it. */
const WINDOW = 300

/** Creates the nonces of one authorization server. */
export function createTokenNonces(context: Context): TokenNonces {
  const { now, clock, switches } = context
  const secret = randomBytes(32)
  const challenges: { nextChallenge(): string } = new ServerChallenge(secret, 'DPoP')
  const expiries = createExpiringMap<number>(now)
  const next = () => challenges.nextChallenge()
  const isStale = ({ nonce, iat }: ReturnType<typeof readProof>) => {
    if (typeof nonce !== 'string') return Math.abs(clock.proofNow() / 1000 - Number(iat)) > WINDOW
    return switches.get().tokenNonce === 'expired' || (expiries.get(nonce) ?? now()) < now()
  }
  return {
    secret,
    next,
    isRequired(isPublicClient) {
      const mode = switches.get().tokenNonce
      return mode === 'public_clients' ? isPublicClient : mode !== 'optional'
    },
    guard(provider) {
      provider.use(async (ctx, proceed) => {
        const proof = ctx.path === '/oauth/token' ? ctx.get('dpop') : ''
        if (proof && isStale(readProof(proof))) challengeNonce(ctx, next())
        else await proceed()
        const sent = ctx.response.get('dpop-nonce')
        if (sent) expiries.set(sent, now() + WINDOW * 1000, Number.POSITIVE_INFINITY)
      })
    },
  }
}

/** Answers a token request with the challenge for a nonce (RFC 9449 §8). */
export function challengeNonce(
  ctx: Pick<KoaContextWithOIDC, 'status' | 'body' | 'get' | 'set'>,
  nonce: string,
): void {
  ctx.status = 400
  ctx.set({
    'access-control-allow-origin': ctx.get('origin') || '*',
    'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate',
    'cache-control': 'no-store',
    'dpop-nonce': nonce,
  })
  const error_description = 'Authorization server requires nonce in DPoP proof'
  ctx.body = { error: 'use_dpop_nonce', error_description }
}

// What is no proof at all is left to oidc-provider, which says so.
function readProof(proof: string): { nonce?: unknown; iat?: unknown } {
  try {
    return decodeJwt(proof)
  } catch {
    return {}
  }
}
