import type { ConnectionReference } from '@connected-accounts/client'
import { checkChoice } from '@connected-accounts/client/internal'

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
 * Checks the options of a query.
 *
 * @throws {TypeError} if one is wrong; the message names it.
 */
export function checkQuery({ key, resume, ...options }: CheckedOptions): void {
  checkBoth(options)
  checkChoice('resume', resume, ['ask', 'auto'])
  checkKey(key)
}

/**
 * Checks the options of a call, which must not go on by itself after a redirect, and has a key to wait under if the page may be left.
 *
 * @throws {TypeError} if one is wrong; the message names it.
 */
export function checkCall({ key, resume = 'ask', ...options }: CheckedOptions): void {
  checkBoth(options)
  if (resume !== 'ask') {
    throw new TypeError(
      `resume must be 'ask' or left out; got '${resume}'. Only a query is safe to repeat without a question: for 'auto', use useConnectedQuery.`,
    )
  }
  const { mode, onBlocked } = options
  const isStaying = (mode === 'popup' || mode === 'session') && onBlocked !== 'redirect'
  if (key !== undefined) checkKey(key)
  else if (!isStaying) {
    throw new TypeError(
      "key is required if the page may be left, because the call waits under it in sessionStorage. Pass a key, like ['create-event'], or mode: 'popup' without onBlocked: 'redirect'.",
    )
  }
}

function checkBoth({ fn, connection }: CheckedOptions): void {
  if (typeof fn !== 'function') throw new TypeError('fn must be a function that calls your API.')
  const { connection: name = connection } = Object(connection)
  if (typeof name === 'string' && name) return
  throw new TypeError(
    "connection must be the name of a connection, like 'google-oauth2', or its definition.",
  )
}

function checkKey(key: unknown): void {
  if (Array.isArray(key)) return
  throw new TypeError(`key must be an array, like ['events']; got '${key}'.`)
}
