import { hasFields, isSomeText, optional } from '../http/json.js'
import { parseUrl } from '../http/url.js'

/** What tells an account from others of its connection. Auth0's API has no name for an account. */
export interface AccountLabel {
  /** The name that people see, such as `Work`: 1 to 255 characters. */
  readonly label: string
  /** The email address at the provider: 1 to 255 characters. */
  readonly email?: string | undefined
  /** URL of the person's picture at the provider. Only `https:`, at most 2048 characters. */
  readonly picture?: string | undefined
  /**
   * Names the account to the provider, such as an email address: 1 to 255 characters. It is the only field that is ever sent,
   * as `login_hint` when the account is connected again.
   */
  readonly loginHint?: string | undefined
}

/**
 * Keeps the labels of accounts, in web storage or in your application's own database. Each method may be asynchronous. Do not
 * use the session of a login, because labels should outlive it.
 */
export interface AccountLabels {
  /** Returns the label of a user's account; undefined if there is none. */
  get(user: string, accountId: string): AccountLabel | undefined | Promise<AccountLabel | undefined>
  /** Keeps the label of a user's account, and replaces the former one. */
  set(user: string, accountId: string, label: AccountLabel): void | Promise<void>
  /** Deletes the label of a user's account; does nothing if there is none. */
  delete(user: string, accountId: string): void | Promise<void>
  /**
   * Optional: deletes all labels of a user. It is called at logout, so leave it out if the store is only reached by the
   * logged-in user, such as a database.
   */
  clear?(user: string): void | Promise<void>
}

const isShort = (value: unknown) => isSomeText(value) && String(value).length <= 255

const isPicture = (value: unknown) =>
  typeof value === 'string' && value.length <= 2048 && parseUrl(value)?.protocol === 'https:'

const checks = {
  label: isShort,
  email: optional(isShort),
  picture: optional(isPicture),
  loginHint: optional(isShort),
}

/**
 * Checks a label, and leaves out all fields but its own, so that nothing else is kept by mistake.
 *
 * @throws {TypeError} when a field is wrong; the message names it.
 * @internal
 */
export function checkAccountLabel(value: unknown): AccountLabel {
  for (const [name, check] of Object.entries(checks)) {
    if (hasFields(value, { [name]: check })) continue
    throw new TypeError(
      name === 'picture'
        ? 'picture must be an https: URL of at most 2048 characters, and left out if there is none.'
        : `${name} must be a text of 1 to 255 characters${name === 'label' ? '' : ', and left out if there is none'}.`,
    )
  }
  const { label, email, picture, loginHint } = value as AccountLabel // was just checked
  return {
    label,
    ...(email !== undefined && { email }),
    ...(picture !== undefined && { picture }),
    ...(loginHint !== undefined && { loginHint }),
  }
}

/** Returns a label that comes from a store; undefined if it is none, or somebody has broken it. @internal */
export function readAccountLabel(value: unknown): AccountLabel | undefined {
  return hasFields(value, checks) ? checkAccountLabel(value) : undefined
}

/**
 * Checks that a value is a store of labels, and not the function that creates one.
 *
 * @throws {TypeError} when it is not.
 * @internal
 */
export function checkAccountLabels(labels: AccountLabels | undefined): void {
  if (labels === undefined) return
  const methods = [labels?.get, labels?.set, labels?.delete]
  if (methods.every((method) => typeof method === 'function')) return
  throw new TypeError('accountLabels must be a store of labels, like localStorageAccountLabels().')
}
