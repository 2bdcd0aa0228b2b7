import { Hono, type NotFoundHandler } from 'hono'
import type { Provider } from 'oidc-provider'
import type { Context, Tenancy } from '../context/context.js'
import { withBody } from '../http/buffered-request.js'
import { shareTrace } from '../logs/trace.js'
import type { ExchangeLimit } from '../vault/guard-exchange.js'
import { serveMfaApi } from './mfa/mfa-api.js'
import type { MfaTransactions } from './mfa/mfa-transactions.js'
import { meetAuthorizeFaults, refuseWebOrigins } from './middleware/authorize-requests.js'
import { refuseEarly } from './middleware/early-refusal.js'
import type { NodeEnv, OidcMiddleware } from './middleware/env.js'
import { convertJsonBodies, guardExchanges, meetTokenFaults } from './middleware/token-requests.js'
import type { TokenNonces } from './token/nonces.js'
import { serveUserinfo } from './token/userinfo.js'

/** The parts of an issuer. */
export interface IssuerParts {
  context: Context
  provider: Provider
  nonces: TokenNonces
  exchangeLimit: ExchangeLimit
  mfaTransactions: MfaTransactions
  /** False behind a proxy, which may send its own name for the emulator as the host. */
  redirectsToDomain: boolean
}

/** Creates the routes of one issuer: what the emulator does in front of oidc-provider, which responds to everything else. */
export function createIssuerRoutes(parts: IssuerParts): Hono<NodeEnv> {
  const { context, nonces, exchangeLimit } = parts
  const app = new Hono<NodeEnv>({ getPath: plainPath })
  if (parts.redirectsToDomain) {
    app.on('GET', ['/authorize/*', '/v2/logout', '/oidc/logout'], redirectToDomain(context))
  }
  app.use(requireLowercase)
  app.all('/mfa/*', serveMfaApi(parts))
  app.get('/authorize', meetAuthorizeFaults(context))
  app.use('/authorize', refuseWebOrigins(context))
  app.post('/oauth/token', meetTokenFaults(context, nonces))
  app.post('/oauth/*', convertJsonBodies)
  app.post('/oauth/token', guardExchanges(context, exchangeLimit), nonces.refuseLateProofs)
  app.on(['GET', 'POST'], '/userinfo', serveUserinfo(context))
  app.notFound(passToProvider(parts))
  app.onError((error) => {
    throw error
  })
  return app
}

// oidc-provider sends its responses itself, so the response here has only the status. Handlers that need the rest call `collectResponse`.
function passToProvider({ context, provider }: IssuerParts): NotFoundHandler<NodeEnv> {
  const callback = provider.callback()
  const { host, protocol } = new URL(context.url)
  return async ({ req, env: { incoming, outgoing } }) => {
    const request = incoming.rawBody.length > 0 ? withBody(incoming, incoming.rawBody) : incoming
    // oidc-provider builds its URLs, except the issuer, from these headers.
    Object.assign(request.headers, { host, 'x-forwarded-proto': protocol.slice(0, -1) })
    request.url = req.path + (/[?].*/.exec(incoming.url ?? '')?.[0] ?? '')
    shareTrace(req.raw, request)
    await callback(request, outgoing)
    return new Response(null, { status: outgoing.statusCode })
  }
}

// 127.0.0.1 and localhost do not share cookies, so a login must begin and continue at the same host.
function redirectToDomain({ url }: Tenancy): OidcMiddleware {
  const { host } = new URL(url)
  return async (c, next) => {
    const { incoming } = c.env
    return incoming.headers.host === host ? next() : c.redirect(url + incoming.url, 307)
  }
}

// Returns the path of a request without a slash at its end. oidc-provider's routes ignore it, so all others must do so, too.
function plainPath(request: Request): string {
  return new URL(request.url).pathname.replace(/([^/])\/$/, '$1')
}

// Responds with 404 to uppercase letters in a path. oidc-provider's routes ignore the case, but faults, nonces and logouts must
// recognize every request to its endpoints.
const requireLowercase: OidcMiddleware = async (c, next) => {
  const route = c.req.path.replace(
    /^\/(authorize|u\/login|u\/mfa-otp-challenge|u\/consent|mfa\/authenticators)\/[^/]+$/,
    '',
  )
  if (!/[A-Z]/.test(route)) return next()
  const error_description = `There is nothing at ${c.req.path}; paths are lowercase`
  return refuseEarly(c.req.raw, {
    status: 404,
    body: { error: 'invalid_request', error_description },
  })
}
