import type { Provider } from 'oidc-provider'
import type { Context } from '../context.js'
import type { components } from '../generated/authentication.js'

const errorOfStatus: Record<number, string> = {
  401: 'invalid_client',
  403: 'access_denied',
  429: 'too_many_requests',
}

/** Answers the token endpoint with the fault that waits for `getToken`, before anything else is looked at. */
export function answerTokenFaults(provider: Provider, { faults, now }: Context): void {
  provider.use(async (ctx, next) => {
    const isTokenRequest = ctx.method === 'POST' && ctx.path === '/oauth/token'
    const fault = isTokenRequest ? faults.take('getToken') : undefined
    if (!fault) return next()
    const { status, headers } = fault
    ctx.status = status
    ctx.set({
      'access-control-allow-origin': ctx.get('origin') || '*',
      'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate',
      'cache-control': 'no-store',
      ...(status === 429 && rateLimit(now())),
      ...headers,
    })
    const error = errorOfStatus[status] ?? (status < 500 ? 'invalid_request' : 'server_error')
    const body: components['schemas']['OAuthError'] = {
      error,
      error_description: `The emulator was told to answer ${status}`,
    }
    ctx.body = body
  })
}

function rateLimit(now: number): Record<string, string> {
  return {
    'retry-after': '1',
    'x-ratelimit-limit': '100',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.floor(now / 1000) + 1),
  }
}
