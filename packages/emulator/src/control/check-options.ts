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
 * Checks the origin at which callers reach the emulator, and returns it without a final slash.
 *
 * @throws {TypeError} if it is not an origin, or if `trustProxy` is set without it. The message names the option.
 */
export function readPublicUrl(publicUrl: unknown, trustProxy: boolean): string | undefined {
  if (publicUrl === undefined) {
    if (!trustProxy) return undefined
    const reason = 'because the emulator cannot learn its own address from a proxy'
    throw new TypeError(`trustProxy needs publicUrl, ${reason}`)
  }
  const url = typeof publicUrl === 'string' && URL.canParse(publicUrl) && new URL(publicUrl)
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin
  throw new TypeError(
    'publicUrl must be an origin without a path, like https://auth.example.test or http://emulator:4400',
  )
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
