import { isNetworkError } from '../http/network-error.js'

const LOG_IN = 'Your session has ended. Log in again.'
const NOT_ALLOWED = 'Your login does not allow this. Log in again and allow it.'
const START_AGAIN = 'The account was not connected. Start again.'
const SETTINGS = 'This does not work, because the application is not set up for it.'
const SLOW_DOWN = 'Too many requests. Wait a moment, then try again.'
const TRY_LATER = 'The service does not answer as it should. Try again in a moment.'
const STORAGE =
  'Your browser does not let this page store data. Allow it, or leave the private window, then try again.'
const NOT_ACCEPTED = 'The request was not accepted. Go back to the page and try again.'

/** The words for each code of `docs/errors.md`. An empty text means that there is nothing to show. */
const WORDS = {
  validation: SETTINGS,
  bad_request: START_AGAIN,
  invalid_token: LOG_IN,
  invalid_dpop_proof:
    'Your login was refused. Check that the clock of your device is right, then try again.',
  insufficient_scope: NOT_ALLOWED,
  not_found: 'This account or connection is not available any longer. Reload the page.',
  conflict: START_AGAIN,
  unsupported_media_type: TRY_LATER,
  rate_limited: SLOW_DOWN,
  unexpected_response: TRY_LATER,
  not_a_callback: 'This page is not where the flow ends. Start again.',
  unknown_state: 'This was started in another window or browser, or is long over. Start again.',
  access_denied: 'You did not allow the access, so nothing has changed.',
  provider_error: 'The other service reported an error. Try again.',
  missing_connect_code: START_AGAIN,
  expired: 'That took too long. Start again.',
  user_mismatch: 'Somebody else started this. Start again as yourself.',
  outcome_unknown:
    'The answer did not arrive. Look at the list: if the account is missing, connect it again.',
  storage_unavailable: STORAGE,
  crypto_unavailable: 'This page is not secure. Open it with https.',
  popup_blocked: 'Your browser blocked the window. Allow windows of this page, then try again.',
  third_party_iframe:
    'This does not work inside another page. Open the application in its own tab.',
  cancelled: '',
  invalid_request: SETTINGS,
  key_storage_unavailable: STORAGE,
  login_required: LOG_IN,
  missing_refresh_token: LOG_IN,
  dpop_prover_missing: SETTINGS,
  token_not_bound: SETTINGS,
  connection_not_connected: 'This account is not connected any longer. Connect it again.',
  ambiguous_account: 'Several accounts fit. Connect this one again.',
  provider_unavailable: TRY_LATER,
  connection_required: 'This needs a connected account. Connect it, then try again.',
  invalid_grant: LOG_IN,
  invalid_target: SETTINGS,
  invalid_scope: NOT_ALLOWED,
  invalid_client: SETTINGS,
  unauthorized_client: SETTINGS,
  mfa_required: 'This needs a second factor. Log in again.',
  unmet_authentication_requirements: 'This needs another way to log in. Log in again.',
  use_dpop_nonce: TRY_LATER,
  too_many_requests: SLOW_DOWN,
  invalid_response: 'The login could not be checked. Log in again.',
  organization_mismatch: 'You logged in to another organization. Log in to the right one.',
  missing_session: LOG_IN,
  missing_token: LOG_IN,
  keys_unavailable: TRY_LATER,
  cookies_too_large:
    'Your browser keeps too many cookies of this site. Delete them, then log in again.',
  store_unavailable: TRY_LATER,
  store_unreadable: LOG_IN,
  refresh_busy: TRY_LATER,
  refresh_token_rotated: TRY_LATER,
  other_origin: NOT_ACCEPTED,
  bad_return_to: NOT_ACCEPTED,
  wrong_method: NOT_ACCEPTED,
  not_a_navigation: NOT_ACCEPTED,
  not_a_form: NOT_ACCEPTED,
  body_too_large: NOT_ACCEPTED,
  uri_too_long: NOT_ACCEPTED,
  too_many_streams: SLOW_DOWN,
  wrong_authorization: NOT_ACCEPTED,
  not_json: NOT_ACCEPTED,
  events_not_told: TRY_LATER,
  tenant_unreachable: TRY_LATER,
  tenant_timeout: TRY_LATER,
  server_error: 'Something went wrong on our side. Try again in a moment.',
  network: 'There is no connection. Check your network, then try again.',
  timeout: 'That took too long. Check your network, then try again.',
  other: 'Something went wrong. Try again.',
}

/**
 * Your own words for {@link describeError}, by code. Besides the codes of `docs/errors.md`, there are `network` for a failure of
 * the network, `timeout`, and `other` for everything else. An empty text shows nothing.
 */
export type ErrorMessages = {
  // An authorization server and your API may have other codes.
  readonly [Code in keyof typeof WORDS | (string & {})]?: string
}

/**
 * Returns the words that an application shows its users for an error: what happened, and what to do. The `message` of an
 * error is for developers.
 *
 * @param error - An error of this project or of a login SDK, or a code such as that of `?auth_error=`. It may be null or undefined.
 * @param messages - Your own words, for example in another language. Default: English.
 * @returns Undefined if there is nothing to show: there is no error, or the user cancelled (`cancelled`, or an aborted request).
 * @example
 * ```tsx
 * const { connect, error } = useConnectAccount()
 * const message = describeError(error, { access_denied: 'You pressed Cancel at GitHub.' })
 *
 * {message && <p role="alert">{message}</p>}
 * ```
 */
export function describeError(error: unknown, messages: ErrorMessages = {}): string | undefined {
  if (!error || Object(error).name === 'AbortError') return undefined
  const words: ErrorMessages = { ...WORDS, ...messages }
  const code = codesOf(error).find((one) => Object.hasOwn(words, one))
  return words[code ?? 'other'] || undefined
}

/** Returns what an error can be called, the most precise name first. */
function codesOf(error: unknown): string[] {
  // A login SDK has the code of an OAuth error in `error`. The `code` of a DOMException is a number.
  const { code, error: oauthError, name }: Record<string, unknown> = Object(error)
  const general = name === 'TimeoutError' ? 'timeout' : isNetworkError(error) ? 'network' : 'other'
  return [error, code, oauthError, general].filter((one) => typeof one === 'string')
}
