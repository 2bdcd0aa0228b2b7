/**
 * Checks options that must be texts.
 *
 * @throws {TypeError} if one is not a string, or is empty; the message names it.
 */
export function requireTexts(texts: Record<string, unknown>): void {
  for (const [name, text] of Object.entries(texts)) {
    if (typeof text !== 'string' || text === '') {
      throw new TypeError(`${name} is missing: it must be a string that is not empty.`)
    }
  }
}
