import { isConnectFlowError, isMyAccountApiError, isTokenError } from '@connected-accounts/client'
import { isApiError } from './events-api.js'

/** An error in words for users: what happened, and what to do. */
export interface ErrorWords {
  title: string
  text: string
  wayOut: 'retry' | 'login'
}

const SESSION_OVER: ErrorWords = {
  title: 'Your session is over',
  text: 'Log in again to continue. Nothing is lost.',
  wayOut: 'login',
}

const OFFLINE: ErrorWords = {
  title: 'No connection',
  text: 'The server cannot be reached. Check your network, and try again.',
  wayOut: 'retry',
}

const BROKEN: ErrorWords = {
  title: 'Something went wrong',
  text: 'It is not your fault, and nothing was changed. Try again in a moment.',
  wayOut: 'retry',
}

const BY_CODE: Record<string, ErrorWords> = {
  invalid_token: SESSION_OVER,
  invalid_grant: SESSION_OVER,
  login_required: SESSION_OVER,
  missing_refresh_token: SESSION_OVER,
  token_not_bound: SESSION_OVER,
  dpop_prover_missing: SESSION_OVER,
  insufficient_scope: {
    title: 'Not allowed',
    text: 'Your login does not allow this. Log in again to ask for it.',
    wayOut: 'login',
  },
  rate_limited: {
    title: 'A little too fast',
    text: 'Too many requests in a short time. Wait a moment, and try again.',
    wayOut: 'retry',
  },
  not_found: {
    title: 'Not available',
    text: 'This connection or account is not available. Reload the page to see what is.',
    wayOut: 'retry',
  },
  provider_refused: {
    title: 'Google did not show the calendar',
    text: 'Google does not allow the access, or no longer. Disconnect Google and connect it again.',
    wayOut: 'retry',
  },
  provider_unavailable: {
    title: 'The calendar is out of reach',
    text: 'The provider did not answer as it should. Your account stays connected; try again.',
    wayOut: 'retry',
  },
  tenant_unavailable: OFFLINE,
  access_denied: {
    title: 'Nothing was connected',
    text: 'You said no on the provider’s page, and that is fine. Connect whenever you like.',
    wayOut: 'retry',
  },
  provider_error: {
    title: 'Nothing was connected',
    text: 'The provider reported an error. Try to connect again.',
    wayOut: 'retry',
  },
  expired: {
    title: 'That took too long',
    text: 'For safety a connection must be finished within minutes. Start it again.',
    wayOut: 'retry',
  },
  unknown_state: {
    title: 'This connection was started elsewhere',
    text: 'It can only be finished in the window that it was started in. Connect again here.',
    wayOut: 'retry',
  },
  user_mismatch: {
    title: 'Someone else started this',
    text: 'Another person began to connect this account. Connect again as yourself.',
    wayOut: 'retry',
  },
  outcome_unknown: {
    title: 'Perhaps it is connected',
    text: 'The response did not arrive. If the account is not in the list, connect it again.',
    wayOut: 'retry',
  },
  storage_unavailable: {
    title: 'The browser stores nothing',
    text: 'Allow this page to use storage. It needs it to continue after the provider’s page.',
    wayOut: 'retry',
  },
}

/** Returns the words for any error. */
export function inWords(error: unknown): ErrorWords {
  const words = BY_CODE[codeOf(error) ?? '']
  if (words) return words
  return isNetworkFailure(error) ? OFFLINE : BROKEN
}

function codeOf(error: unknown): string | undefined {
  if (isMyAccountApiError(error) || isConnectFlowError(error)) return error.code
  if (isTokenError(error) || isApiError(error)) return error.code
  // auth0-spa-js has the code of an OAuth error in `error`.
  return error instanceof Error && 'error' in error ? String(error.error) : undefined
}

function isNetworkFailure(error: unknown): boolean {
  if (error instanceof TypeError) return true // `fetch` throws it
  return error instanceof Error && /failed to fetch|timeout/i.test(error.message)
}
