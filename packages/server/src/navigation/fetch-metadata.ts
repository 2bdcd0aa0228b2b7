import type { ProblemDetails } from '@connected-accounts/client'
import { errorsPage } from '../errors.js'

/** Headers that say that a page is loaded ahead. Browsers send the first, `purpose`, `x-moz` and `x-purpose`; Turbo the second. */
const PURPOSES = ['sec-purpose', 'x-sec-purpose', 'purpose', 'x-purpose', 'x-moz']

/** Headers of a router that loads data or components with a script, ahead or before it navigates. All are of Next.js. */
const ROUTERS = [
  'rsc',
  'next-router-prefetch',
  'next-router-segment-prefetch',
  'x-middleware-prefetch',
  'x-nextjs-data',
]

/** The headers that decide about an answer, for `Vary`. */
const VARY = ['accept', 'sec-fetch-dest', 'sec-fetch-mode', ...PURPOSES, ...ROUTERS].join(', ')

/**
 * True if a person waits for the answer in a window of the browser. A program does not accept HTML, or sends its request with a
 * script.
 *
 * @internal
 */
export function isNavigation({ headers }: Request): boolean {
  const mode = headers.get('sec-fetch-mode') ?? 'navigate'
  return mode === 'navigate' && /\btext\/html\b/i.test(headers.get('accept') ?? '')
}

/**
 * Marks an answer as one for this kind of request only.
 *
 * @internal
 */
export function varyByNavigation(headers: Headers): void {
  headers.append('vary', VARY)
}

/**
 * Refuses a request that loads a page ahead, because nobody may ever look at it (RFC 9110 §9.2.1). The browser then sends
 * another request when the person goes there. A status of 2xx would be shown to the person in its place.
 *
 * @returns a problem with 403 `not_a_navigation`, or undefined if the request may pass.
 * @internal
 */
export function refusePrefetch({ headers }: Request): ProblemDetails | undefined {
  const isAhead = PURPOSES.some((name) =>
    /prefetch|prerender|preview/i.test(headers.get(name) ?? ''),
  )
  const isOfRouter = ROUTERS.some((name) => headers.has(name))
  return isAhead || isOfRouter ? notANavigation() : undefined
}

/**
 * Refuses a request that is not the navigation of a window: a prefetch, or something that a page embeds or fetches, such as an
 * image. A page of any site could otherwise start logins that push out the one that the person is completing. Programs that
 * send no `Sec-Fetch-Dest` pass, and so does a frame in a page of the application itself.
 *
 * @returns a problem with 403 `not_a_navigation`, or undefined if the request may pass.
 * @internal
 */
export function refuseUnlessNavigation(request: Request): ProblemDetails | undefined {
  const { headers } = request
  const target = headers.get('sec-fetch-dest') ?? 'document'
  const isOwnFrame = target === 'iframe' && headers.get('sec-fetch-site') === 'same-origin'
  if (target !== 'document' && !isOwnFrame) return notANavigation()
  return refusePrefetch(request)
}

function notANavigation(): ProblemDetails {
  return {
    type: errorsPage('not_a_navigation'),
    title: 'not_a_navigation',
    status: 403,
    detail:
      'This route works only if the browser goes there: with <a href>, not with fetch(), a prefetch, or the <Link> of a router.',
  }
}
