import type { ProblemDetails } from '@connected-accounts/client'
import { errorsPage } from '../errors.js'

/**
 * Refuses a request that a page of another site made this browser send (CSRF). A request passes if its
 * `Sec-Fetch-Site` is `same-origin`, which no page can set, or if its `Origin` is the application's.
 *
 * @returns a problem with 403 `other_origin`, or undefined if the request may pass.
 * @internal
 */
export function refuseOtherOrigins(request: Request, origin: string): ProblemDetails | undefined {
  const { headers } = request
  if (headers.get('sec-fetch-site') === 'same-origin' || headers.get('origin') === origin) return
  return {
    type: errorsPage('other_origin'),
    title: 'other_origin',
    status: 403,
    detail: `The request must come from a page of ${origin}, the origin of the redirect_uri.`,
  }
}
