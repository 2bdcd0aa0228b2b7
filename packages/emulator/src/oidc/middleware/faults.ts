import type { Context } from '../../context/context.js'
import { faultPage, meetFault } from '../../faults/meet-fault.js'
import { tokenFault } from '../../oauth/token-fault.js'
import { challengeNonce, type TokenNonces } from '../token/nonces.js'
import { refuseEarly } from './early-refusal.js'
import { type OidcMiddleware, replaceResponse } from './env.js'

/** Applies the faults that wait for `authorize`, before the endpoint checks anything. */
export function meetAuthorizeFaults(context: Context): OidcMiddleware {
  return async (c, next) => {
    const response = await meetFault(context, {
      operation: 'authorize',
      answer: () => next().then(() => c.res),
      refuse: faultPage,
    })
    replaceResponse(c, response)
  }
}

/** Applies the faults that wait for `getToken`, before the endpoint checks anything. */
export function meetTokenFaults(context: Context, nonces: TokenNonces): OidcMiddleware {
  return async (c, next) => {
    const response = await meetFault(context, {
      operation: 'getToken',
      answer: () => next().then(() => c.res),
      refuse(fault) {
        if (fault.challenge) return challengeNonce(c.req.raw, nonces.next())
        const refusal = tokenFault(fault, context.now())
        return refusal && refuseEarly(c.req.raw, refusal)
      },
    })
    replaceResponse(c, response)
  }
}
