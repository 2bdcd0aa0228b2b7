import { errorsPage } from '../errors.js'
import { problemResponse } from './problem.js'

/**
 * Refuses what another site may have made this browser send (CSRF): 403, unless `Sec-Fetch-Site` says `same-origin`, which
 * no page can set, or `Origin` is that of the application. Undefined where the request is fine.
 */
export function refuseOtherOrigins(request: Request, origin: string): Response | undefined {
  const { headers } = request
  if (headers.get('sec-fetch-site') === 'same-origin' || headers.get('origin') === origin) return
  return problemResponse({
    type: errorsPage('other_origin'),
    title: 'other_origin',
    status: 403,
    detail: `The request has to come from a page of ${origin}, the origin of the redirect_uri.`,
  })
}
