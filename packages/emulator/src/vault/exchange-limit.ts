import type { Context } from '../context/context.js'
import { OAuthError } from '../oauth/oauth-error.js'

/** Counts the Token Vault exchanges of a tenant in each second of the emulator's clock. All domains share it. */
export interface ExchangeLimit {
  /**
   * Counts an exchange. Returns the headers of its response, and with `refusal` the error if there are more exchanges than the switch
   * `exchangeRate` allows. Requests that get a nonce challenge count, too.
   */
  count(): { headers: Record<string, string>; refusal?: OAuthError }
  clear(): void
}

/** Creates the limit. A window begins with the first exchange and lasts one second. */
export function createExchangeLimit({ now, switches }: Context): ExchangeLimit {
  let window = { used: 0, endsAt: 0 }
  return {
    count() {
      const { exchangeRate } = switches.get()
      if (exchangeRate === 'unlimited') return { headers: {} }
      if (now() >= window.endsAt) window = { used: 0, endsAt: now() + 1000 }
      window.used += 1
      const left = Number(exchangeRate) - window.used
      const headers = {
        'x-ratelimit-limit': exchangeRate,
        'x-ratelimit-remaining': String(Math.max(0, left)),
        'x-ratelimit-reset': String(Math.ceil(window.endsAt / 1000)),
      }
      if (left >= 0) return { headers }
      const description = `More than ${exchangeRate} exchanges in a second`
      const refusal = new OAuthError(429, 'too_many_requests', description)
      return { headers: { ...headers, 'retry-after': '1' }, refusal }
    },
    clear() {
      window = { used: 0, endsAt: 0 }
    },
  }
}
