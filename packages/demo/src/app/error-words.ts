import { describeError } from '@connected-accounts/client'

/** An error in words for users: what happened, and what to do. */
export interface ErrorWords {
  title: string
  text: string
  wayOut: 'retry' | 'login'
}

const SESSION_OVER = 'Your session is over'

/** Titles by code. */
const TITLES: Record<string, string> = {
  invalid_token: SESSION_OVER,
  invalid_grant: SESSION_OVER,
  login_required: SESSION_OVER,
  missing_refresh_token: SESSION_OVER,
  insufficient_scope: 'Not allowed',
  rate_limited: 'A little too fast',
  not_found: 'Not available',
  provider_unavailable: 'The calendar is out of reach',
}

/** The texts of the codes of the demo's own API. */
const TEXTS = {
  provider_unavailable:
    'The provider did not answer as it should. Your account stays connected; try again.',
  tenant_unavailable: 'The server cannot be reached. Check your network, and try again.',
}

/** The codes that a new login can solve. */
const LOGIN = [
  'invalid_token',
  'invalid_grant',
  'login_required',
  'missing_refresh_token',
  'token_not_bound',
  'dpop_prover_missing',
  'insufficient_scope',
]

/** Returns the words for any error. */
export function inWords(error: unknown): ErrorWords {
  // auth0-spa-js has the code of an OAuth error in `error`.
  const { code, error: oauthError }: Record<string, unknown> = Object(error)
  const name = String(code ?? oauthError)
  return {
    title: TITLES[name] ?? 'Something went wrong',
    text: describeError(error, TEXTS) ?? '',
    wayOut: LOGIN.includes(name) ? 'login' : 'retry',
  }
}
