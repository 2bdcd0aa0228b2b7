import { readForm } from '../http/body.js'
import { createExpiringMap, type ExpiringMap } from '../memory/expiring-map.js'
import { errorPage } from '../pages/error-page.js'
import { accountsOf, type ProviderAccount } from './accounts.js'
import { consentPage } from './consent-page.js'
import type { Provider } from './provider.js'

/** An authorization request that waits for the user's decision. */
interface PendingConsent {
  /** It identifies the request in the form of the consent page. */
  id: string
  redirectUri: string
  state?: string
  nonce?: string
  codeChallenge?: string
  scopes: string[]
  offline: boolean
  accounts: ProviderAccount[]
}

/** What the user decided on the consent page. */
export interface Decision {
  /** `allow` allows the access. Anything else refuses it. */
  decision: string | null
  /** The email address of the account. */
  account: string | null
}

/** The authorization endpoint of a third party, and the form of its consent page. */
export interface AuthorizeEndpoint {
  /** Handles an authorization request (RFC 6749 §4.1.1): shows the consent page or an error. */
  authorize(request: Request): Promise<Response>
  /** Handles the form of the consent page. Each page works once. */
  consent(request: Request): Promise<Response>
  /** Returns the request that waits for a decision and has this `state`: the newest one. */
  findConsent(state: string): Readonly<Pick<PendingConsent, 'id' | 'accounts'>> | undefined
  /** Ends a request that waits, as the form of its page does: redirects the user back, or shows an error. */
  decide(id: string, decision: Decision): Response
  reset(): void
}

/** Creates the authorization endpoint of a third party. `isCallback` returns whether it can redirect to a URL. */
export function createAuthorizeEndpoint(
  provider: Provider,
  { now, isCallback }: { now: () => number; isCallback: (url: string) => boolean },
): AuthorizeEndpoint {
  const pending = createExpiringMap<PendingConsent>(now)
  const decide: AuthorizeEndpoint['decide'] = (id, decision) =>
    endConsent(provider, pending.take(id), decision)
  return {
    authorize: (request) => authorize(provider, { request, pending, now, isCallback }),
    async consent(request) {
      const form = await readForm(request)
      const decision = { decision: form.get('decision'), account: form.get('account') }
      return decide(form.get('id') ?? '', decision)
    },
    findConsent: (state) => pending.values().findLast((one) => one.state === state),
    decide,
    reset: () => pending.clear(),
  }
}

interface AuthorizeCall {
  request: Request
  pending: ExpiringMap<PendingConsent>
  now(): number
  isCallback(url: string): boolean
}

async function authorize(provider: Provider, call: AuthorizeCall): Promise<Response> {
  const query = new URL(call.request.url).searchParams
  const redirectUri = query.get('redirect_uri') ?? ''
  if (query.get('client_id') !== provider.client.client_id)
    return refusal('The client_id is unknown.')
  if (!call.isCallback(redirectUri)) return refusal('The redirect_uri is not registered.')
  const state = query.get('state') ?? undefined
  const error = errorOf(query)
  if (error) return redirect(provider, redirectUri, { error, state })
  if (provider.switches.get().consent === 'refused')
    return redirectWithDenial(provider, { redirectUri, state })
  const scopes = (query.get('scope') ?? '').split(/[ ,]+/).filter(Boolean)
  const loginHint = query.get('login_hint') ?? undefined
  const id = crypto.randomUUID()
  const consent: PendingConsent = {
    id,
    redirectUri,
    scopes,
    accounts: await accountsOf(provider.connection.name, loginHint),
    offline: provider.isGoogle
      ? query.get('access_type') === 'offline'
      : scopes.includes('offline_access'),
    ...optional({ state, nonce: query.get('nonce'), codeChallenge: query.get('code_challenge') }),
  }
  call.pending.set(id, consent, call.now() + 600_000)
  return consentPage({ provider, id, scopes, accounts: consent.accounts })
}

function errorOf(query: URLSearchParams): string | undefined {
  if (query.get('response_type') !== 'code') return 'unsupported_response_type'
  const method = query.get('code_challenge_method')
  if (query.has('code_challenge') ? method !== 'S256' : method !== null) return 'invalid_request'
  // The third parties have no sessions, so there is never a login without the page.
  return query.get('prompt') === 'none' ? 'interaction_required' : undefined
}

function endConsent(
  provider: Provider,
  consent: PendingConsent | undefined,
  { decision, account: email }: Decision,
): Response {
  if (!consent) return refusal('This page was used already, or has expired.')
  const { redirectUri, state, nonce, codeChallenge, accounts, scopes, offline } = consent
  const account = accounts.find((offered) => offered.email === email)
  if (decision !== 'allow' || !account) return redirectWithDenial(provider, { redirectUri, state })
  const grant = { account, scopes, offline, ...optional({ nonce }) }
  const code = provider.grants.openCode({ grant, redirectUri, ...optional({ codeChallenge }) })
  return redirect(provider, redirectUri, { code, state })
}

function redirectWithDenial(
  provider: Provider,
  { redirectUri, state }: { redirectUri: string; state: string | undefined },
): Response {
  const error_description = 'The user denied the request'
  return redirect(provider, redirectUri, { error: 'access_denied', error_description, state })
}

/** Removes properties that are undefined, because of `exactOptionalPropertyTypes`. */
function optional<Key extends string>(
  fields: Record<Key, string | null | undefined>,
): Partial<Record<Key, string>> {
  const present = Object.entries(fields).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(present) as Partial<Record<Key, string>> // the filter says so
}

// RFC 9207: `iss` identifies the server. The status is 303, so that the browser follows with a GET after the form's POST.
function redirect(
  { issuer }: Provider,
  redirectUri: string,
  fields: Record<string, string | undefined>,
): Response {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries({ ...fields, iss: issuer })) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return new Response(null, {
    status: 303,
    headers: { location: url.href, 'cache-control': 'no-store' },
  })
}

function refusal(reason: string): Response {
  return errorPage({
    title: 'This request cannot continue',
    reason,
    advice: 'Go back to the application and start again.',
  })
}
