import type { AccountsIdentity } from './tabs.js'

/**
 * Checks whose accounts a page shows.
 *
 * @throws {TypeError} if `client` is not a client, or `user` is neither an id nor undefined.
 * @internal
 */
export function checkIdentity({ client, user }: AccountsIdentity): void {
  if (typeof client?.baseUrl !== 'string') {
    throw new TypeError('client must be the result of createConnectedAccountsClient().')
  }
  if (user === undefined || (typeof user === 'string' && user)) return
  throw new TypeError(
    `user must be the id of the user, and undefined if nobody is logged in; got '${user}'.`,
  )
}

/**
 * Checks an option that is one of a few words.
 *
 * @throws {TypeError} if it is another one; the message has its `name`.
 * @internal
 */
export function checkChoice(name: string, value: unknown, words: readonly string[]): void {
  if (value === undefined || words.includes(value as string)) return // `includes` compares any value
  throw new TypeError(`${name} must be '${words.join("', '")}' or left out; got '${value}'.`)
}
