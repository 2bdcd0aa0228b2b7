/**
 * Checks an option that may be left out, and is a function if it is there.
 *
 * @throws {TypeError} if it is something else; the message has its `name`.
 * @internal
 */
export function checkFunction(value: unknown, name: string): void {
  if (value === undefined || typeof value === 'function') return
  throw new TypeError(`${name} must be a function.`)
}
