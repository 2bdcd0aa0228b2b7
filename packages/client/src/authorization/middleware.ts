import type { Middleware } from 'openapi-fetch'
import { withoutRedirects } from '../http/fetch.js'
import {
  type AuthorizationOptions,
  type AuthorizedRequest,
  createAuthorizer,
} from './authorized-fetch.js'

/**
 * Creates an openapi-fetch middleware for an API of yours. It adds the access token and the DPoP proof to every request of a
 * client. If the API refuses a request because of one of them, it sends the request again.
 *
 * **Register it last**, because a proof must be made for the request that is sent: middleware registered before it does
 * not see the token, and sees only the final answer. Middleware of a single call always runs after it, sees the token
 * and the refusal, and what it changes is missing when the request is sent again. If that matters, pass
 * `createAuthorizedFetch` to the client as `fetch` instead.
 *
 * It sets `redirect: 'manual'`. If a request goes to an origin that is not in `allowedOrigins`, it throws a TypeError and asks
 * for no token.
 *
 * @throws {TypeError} if an option is wrong; the message names it.
 * @see https://openapi-ts.dev/openapi-fetch/middleware-auth
 *
 * @example
 * ```ts
 * import { authorizationMiddleware } from '@connected-accounts/client'
 * import createClient from 'openapi-fetch'
 *
 * const api = createClient({ baseUrl: 'https://api.example.test' })
 * // After all other middleware.
 * api.use(
 *   authorizationMiddleware({
 *     accessToken: 'the-access-token',
 *     audience: 'https://api.example.test/',
 *     scope: 'read:events',
 *     allowedOrigins: ['https://api.example.test'],
 *   }),
 * )
 * ```
 */
export function authorizationMiddleware(options: AuthorizationOptions): Middleware {
  const authorize = createAuthorizer(options)
  // The key is the options object that openapi-fetch makes for each call. The entry is garbage-collected with that object.
  const underWay = new WeakMap<object, AuthorizedRequest>()
  return {
    async onRequest({ request, options: call }) {
      const authorized = await authorize(withoutRedirects(request))
      underWay.set(call, authorized)
      return authorized.request
    },
    async onResponse({ response, options: call }) {
      const authorized = underWay.get(call)
      const { fetch } = call // not called as a method: browsers refuse their `fetch` with another `this`
      return authorized?.settle(response, (request) => fetch(request))
    },
  }
}
