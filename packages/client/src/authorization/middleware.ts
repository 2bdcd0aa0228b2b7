import type { Middleware } from 'openapi-fetch'
import {
  type AuthorizationOptions,
  type AuthorizedRequest,
  createAuthorizer,
} from './authorized-fetch.js'

/**
 * Makes an openapi-fetch middleware that adds the access token and the DPoP proof to every request of a client, and sends a
 * request again that was refused because of them. Works with any client of openapi-fetch, for an API of yours.
 *
 * **Register it last**, because a proof must be made for the request that is sent: middleware registered before it does
 * not see the token, and sees only the final answer. Middleware of a single call always runs after it, sees the token
 * and the refusal, and what it changes is missing when the request is sent again. If that matters, pass
 * `createAuthorizedFetch` to the client as `fetch` instead.
 *
 * It sets `redirect: 'manual'`, and throws a TypeError, before it asks for a token, for any other origin than
 * `allowedOrigins`.
 *
 * @throws {TypeError} if an option is wrong; the message names it.
 * @see https://openapi-ts.dev/openapi-fetch/middleware-auth
 *
 * @example
 * ```ts
 * import { authorizationMiddleware } from '@connected-accounts/client'
 * import createClient from 'openapi-fetch'
 *
 * const api = createClient({ baseUrl: 'https://api.example.com' })
 * // After all other middleware.
 * api.use(
 *   authorizationMiddleware({
 *     accessToken: 'the-access-token',
 *     audience: 'https://api.example.com/',
 *     scope: 'read:events',
 *     allowedOrigins: ['https://api.example.com'],
 *   }),
 * )
 * ```
 */
export function authorizationMiddleware(options: AuthorizationOptions): Middleware {
  const authorize = createAuthorizer(options)
  // By the options object that openapi-fetch makes for each call. No hook runs if a later middleware throws, or returns a
  // response itself; then the entry goes with the call.
  const underWay = new WeakMap<object, AuthorizedRequest>()
  return {
    async onRequest({ request, options: call }) {
      const authorized = await authorize(new Request(request, { redirect: 'manual' }))
      underWay.set(call, authorized)
      return authorized.request
    },
    async onResponse({ response, options: call }) {
      const authorized = underWay.get(call)
      underWay.delete(call)
      const { fetch } = call // not called as a method: browsers refuse their `fetch` with another `this`
      return authorized?.settle(response, (request) => fetch(request))
    },
    onError({ options: call }) {
      underWay.delete(call)
    },
  }
}
