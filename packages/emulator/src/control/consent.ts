import { traceOf } from '../logs/trace.js'
import type { Upstream } from '../upstream/upstream.js'

/** What the user does on the consent page of a third party. */
export interface ConsentAnswer {
  /** Allow the access or cancel: `allow` by default. */
  decision?: 'allow' | 'cancel'
  /** The email address of the account to choose. The page must offer it. The first one by default. */
  account?: string
}

/** The parts of the emulator that a consent uses. */
export interface ConsentParts {
  fetch(request: Request): Promise<Response>
  readonly upstream: Pick<Upstream, 'findConsent'>
}

/**
 * Opens the link of a connect request, allows or cancels at the provider, and returns the callback URL, without a browser. Rejects
 * with an `Error` that says why if an error page is shown instead.
 */
export async function consent(
  { fetch, upstream }: ConsentParts,
  connectUrl: string | URL,
  answer: ConsentAnswer = {},
): Promise<URL> {
  const visit = async (url: string | URL) => {
    const request = new Request(url)
    return { request, response: await fetch(request) }
  }
  const authorizeUrl = nextUrl(await visit(connectUrl))
  const asked = await visit(authorizeUrl)
  // A fault can break the page off or leave it empty. Then nobody can press a button on it.
  const isShown = asked.response.ok && (await asked.response.text()) !== ''
  const response = isShown ? await decide(upstream, authorizeUrl, answer) : asked.response
  const callbackUrl = nextUrl({ ...asked, response })
  return nextUrl(await visit(callbackUrl))
}

async function decide(
  upstream: ConsentParts['upstream'],
  authorizeUrl: URL,
  { decision = 'allow', account }: ConsentAnswer,
): Promise<Response> {
  const waiting = upstream.findConsent(authorizeUrl)
  if (!waiting) throw new Error(`No consent page is open at ${authorizeUrl.origin}`)
  const { accounts } = waiting
  const picked = account ?? accounts[0] ?? ''
  if (!accounts.includes(picked)) {
    throw new TypeError(`account must be one of ${accounts.join(', ')}: ${picked}`)
  }
  return waiting.decide({ decision, account: picked })
}

function nextUrl({ request, response }: { request: Request; response: Response }): URL {
  const location = response.headers.get('location')
  if (location) return new URL(location)
  const { title, detail = title } = traceOf(request).problem ?? {}
  const { pathname } = new URL(request.url)
  const reason = detail === undefined ? '' : `: ${detail}`
  throw new Error(`The consent ended with ${response.status} at ${pathname}${reason}`)
}
