import { within } from '@connected-accounts/client/internal'
import type { StoreOptions } from './cookies/cookie-jar.js'

/** A host that nobody can have (RFC 6761 §6.4), so no list has it. */
const UNLISTED_HOST = 'unlisted.invalid'

/**
 * Returns a function that checks, at its first call, that a function of the application compares the host of a request with a
 * list. It asks that function with a host that no list has.
 *
 * @param option - The name of the option, for the message.
 * @param timeout - How long the application's function may take, in milliseconds.
 * @throws {TypeError} each time it is called, if the application's function returns this host.
 * @internal
 */
export function createHostCheck(
  option: string,
  choose: (storeOptions: StoreOptions) => string | Promise<string>,
  timeout: number,
): () => Promise<void> {
  let checked: Promise<void> | undefined
  const check = async () => {
    const ask = async () => choose(storeOptionsOfUnlistedHost())
    const answer = await within(ask(), timeout).catch(() => undefined) // it may refuse such a host in this way
    if (!String(answer).toLowerCase().includes(UNLISTED_HOST)) return
    throw new TypeError(
      `${option} returns the host of the request, whichever it is. Anyone can send any host, so compare it ` +
        'with a list, and return a value of your own for a host that is not in the list.',
    )
  }
  return () => {
    checked ??= check()
    return checked
  }
}

function storeOptionsOfUnlistedHost(): StoreOptions {
  const url = `https://${UNLISTED_HOST}/`
  const headers = new Headers({
    host: UNLISTED_HOST,
    'x-forwarded-host': UNLISTED_HOST,
    forwarded: `host=${UNLISTED_HOST};proto=https`,
    origin: `https://${UNLISTED_HOST}`,
    referer: url,
  })
  return { request: new Request(url, { headers }), response: { headers: new Headers() } }
}
