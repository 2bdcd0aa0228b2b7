import type { Context } from '../../context/context.js'
import { faultPage, meetFault } from '../../faults/meet-fault.js'
import { tokenFault } from '../../oauth/token-fault.js'
import { challengeNonce, type TokenNonces } from '../token/nonces.js'
import { collectResponse, replaceResponse } from './collected-response.js'
import { refuseEarly } from './early-refusal.js'
import type { OidcMiddleware } from './env.js'

/** Applies the faults that wait for `authorize`, before the endpoint checks anything. */
export function meetAuthorizeFaults(context: Context): OidcMiddleware {
  return async (c, next) => {
    if (!context.faults.has('authorize')) return next()
    const response = await meetFault(context, {
      operation: 'authorize',
      answer: () => collectResponse(c, next),
      refuse: faultPage,
    })
    replaceResponse(c, response)
  }
}

/** Applies the faults that wait for `getToken`, before the endpoint checks anything. */
export function meetTokenFaults(context: Context, nonces: TokenNonces): OidcMiddleware {
  return async (c, next) => {
    if (!context.faults.has('getToken')) return next()
    const response = await meetFault(context, {
      operation: 'getToken',
      answer: () => collectResponse(c, next),
      refuse(fault) {
        if (fault.challenge) return challengeNonce(c.req.raw, nonces.next())
        const refusal = tokenFault(fault, context.now())
        return refusal && refuseEarly(c.req.raw, refusal)
      },
    })
    replaceResponse(c, response)
  }
}
