import { Hono, type NotFoundHandler } from 'hono'
import type { Provider } from 'oidc-provider'
import type { Context, Tenancy } from '../context/context.js'
import { withBody } from '../http/buffered-request.js'
import { shareTrace } from '../logs/trace.js'
import type { ExchangeLimit } from '../vault/exchange-limit.js'
import { serveMfaApi } from './mfa/mfa-api.js'
import type { MfaTransactions } from './mfa/mfa-transactions.js'
import type { NodeEnv, OidcMiddleware } from './middleware/env.js'
import { guardExchanges } from './middleware/exchanges.js'
import { meetAuthorizeFaults, meetTokenFaults } from './middleware/faults.js'
import { convertJsonBodies } from './middleware/json-body.js'
import { plainPath, requireLowercase } from './middleware/plain-path.js'
import { refuseWebOrigins } from './middleware/web-origins.js'
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
