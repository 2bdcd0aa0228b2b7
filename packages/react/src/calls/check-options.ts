import type { ConnectionReference } from '@connected-accounts/client'

/** The options that both hooks have. JavaScript may pass anything. */
interface CheckedOptions {
  fn: unknown
  connection: ConnectionReference
  key?: unknown
  mode?: unknown
  onBlocked?: unknown
  resume?: unknown
}

/**
 * Checks the options of both hooks.
 *
 * @throws {TypeError} if one is wrong; the message names it.
 */
export function checkOptions({ fn, connection, key }: CheckedOptions): void {
  if (typeof fn !== 'function') throw new TypeError('fn must be a function that calls your API.')
  const { connection: name = connection } = Object(connection)
  if (typeof name !== 'string' || !name) {
    throw new TypeError(
      "connection must be the name of a connection, like 'google-oauth2', or its definition.",
    )
  }
  if (key === undefined || Array.isArray(key)) return
  throw new TypeError(`key must be an array, like ['create-event']; got '${key}'.`)
}

/**
 * Checks what only a call must not have.
 *
 * @throws {TypeError} if it goes on by itself after a redirect, or has no key to be kept under.
 */
export function checkResumption({ key, mode, onBlocked, resume = 'ask' }: CheckedOptions): void {
  if (resume !== 'ask') {
    throw new TypeError(
      `resume must be 'ask' or left out; got '${resume}'. Only a query is safe to repeat without a question: for 'auto', use useConnectedQuery.`,
    )
  }
  const isStaying = (mode === 'popup' || mode === 'session') && onBlocked !== 'redirect'
  if (key !== undefined || isStaying) return
  throw new TypeError(
    "key is required if the page may be left, because the call waits under it in sessionStorage. Pass a key, like ['create-event'], or mode: 'popup' without onBlocked: 'redirect'.",
  )
}
