import { Hono, type NotFoundHandler } from 'hono'
import type { Provider } from 'oidc-provider'
import type { Context, Tenancy } from '../context/context.js'
import { withBody } from '../http/buffered-request.js'
import { collectResponse } from '../http/collected-response.js'
import { shareTrace } from '../logs/trace.js'
import type { ExchangeLimit } from '../vault/exchange-limit.js'
import type { NodeEnv, OidcMiddleware } from './middleware/env.js'
import { guardExchanges } from './middleware/exchanges.js'
import { meetAuthorizeFaults, meetTokenFaults } from './middleware/faults.js'
import { convertJsonBodies } from './middleware/json-body.js'
import { refuseNotEmulated } from './middleware/not-emulated.js'
import { plainPath, requireLowercase } from './middleware/plain-path.js'
import { narrowPreflights } from './middleware/preflight.js'
import { refuseWebOrigins } from './middleware/web-origins.js'
import type { TokenNonces } from './token/nonces.js'
import { serveUserinfo } from './token/userinfo.js'

/** The parts of an issuer. */
export interface IssuerParts {
  context: Context
  provider: Provider
  nonces: TokenNonces
  exchangeLimit: ExchangeLimit
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
  app.use(requireLowercase, refuseNotEmulated)
  app.options('*', narrowPreflights)
  app.get('/authorize', meetAuthorizeFaults(context))
  app.use('/authorize', refuseWebOrigins(context))
  app.post('/oauth/token', meetTokenFaults(context, nonces))
  app.post('/oauth/*', convertJsonBodies)
  app.post('/oauth/token', guardExchanges(context, exchangeLimit), nonces.guard)
  app.on(['GET', 'POST'], '/userinfo', serveUserinfo(context))
  app.notFound(passToProvider(parts))
  app.onError((error) => {
    throw error
  })
  return app
}

function passToProvider({ context, provider }: IssuerParts): NotFoundHandler<NodeEnv> {
  const callback = provider.callback()
  const { host, protocol } = new URL(context.url)
  return async ({ req, env: { incoming } }) => {
    // oidc-provider builds its URLs, except the issuer, from these headers.
    const headers = { host, 'x-forwarded-proto': protocol.slice(0, -1) }
    const request = withBody(incoming, incoming.rawBody, headers)
    delete request.headers['x-forwarded-host']
    request.url = req.path + new URL(req.url).search
    shareTrace(req.raw, request)
    const response = await collectResponse(callback, request)
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    // Koa adds a charset, with which auth0-server-python does not read an error. Auth0 sends none.
    if (req.path === '/oauth/token' && isJson) {
      response.headers.set('content-type', 'application/json')
    }
    return response
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
