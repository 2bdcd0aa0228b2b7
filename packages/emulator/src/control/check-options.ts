/**
 * Refuses options that do not exist: what destructuring them has left over.
 *
 * @throws {TypeError} if there is one. The message names it.
 */
export function refuseUnknown(rest: object): void {
  const [name] = Object.keys(rest)
  if (name !== undefined) throw new TypeError(`${name} is not an option of createEmulator`)
}

/**
 * Checks options that are true or false.
 *
 * @throws {TypeError} if one is something else, such as the text `false`. The message names it.
 */
export function checkBooleans(options: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'boolean') throw new TypeError(`${name} must be true or false`)
  }
}

/**
 * Checks an option that is the name of a host.
 *
 * @throws {TypeError} if it is no text. The message names it.
 */
export function checkHost(host: unknown): void {
  if (typeof host === 'string' && host !== '') return
  throw new TypeError(
    'host must be a name or an address of this machine, like localhost or 0.0.0.0',
  )
}
