import type { IncomingMessage } from 'node:http'
import type { Provider } from 'oidc-provider'
import type { Context } from '../../context/context.js'
import { TOKEN_VAULT_GRANT } from '../../tenant/tenant.js'
import { refuseEarly } from './early-refusal.js'

/** Counts the Token Vault exchanges of a tenant in each second of the emulator's clock. All domains share it. */
export interface ExchangeLimit {
  /** Refuses exchanges with 429 if there are more than the switch `exchangeRate` allows. Requests that get a nonce challenge count, too. */
  guard(provider: Provider): void
  clear(): void
}

/** Creates the limit. A window begins with the first exchange and lasts one second. */
export function createExchangeLimit({ now, switches }: Context): ExchangeLimit {
  let window = { used: 0, endsAt: 0 }
  const count = () => {
    if (now() >= window.endsAt) window = { used: 0, endsAt: now() + 1000 }
    window.used += 1
    return window
  }
  return {
    guard(provider) {
      provider.use(async (ctx, next) => {
        const { exchangeRate } = switches.get()
        if (exchangeRate === 'unlimited' || !isExchange(ctx.path, ctx.req)) return next()
        const limit = Number(exchangeRate)
        const { used, endsAt } = count()
        const headers = {
          'x-ratelimit-limit': exchangeRate,
          'x-ratelimit-remaining': String(Math.max(0, limit - used)),
          'x-ratelimit-reset': String(Math.ceil(endsAt / 1000)),
        }
        ctx.set(headers)
        if (used <= limit) return next()
        const error_description = `More than ${exchangeRate} exchanges in a second`
        const body = { error: 'too_many_requests', error_description }
        refuseEarly(ctx, { status: 429, body, headers: { ...headers, 'retry-after': '1' } })
      })
    },
    clear() {
      window = { used: 0, endsAt: 0 }
    },
  }
}

function isExchange(path: string, request: IncomingMessage & { rawBody?: Buffer }): boolean {
  if (path !== '/oauth/token') return false
  const form = new URLSearchParams(request.rawBody?.toString('utf8') ?? '')
  return form.get('grant_type') === TOKEN_VAULT_GRANT
}
