import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { allowedOrigin, CORS_HEADERS } from '../tenant/clients.js'
import type { Tenant } from '../tenant/tenant.js'

/** Creates the CORS middleware of the My Account API for the origins that the tenant's clients allow. It must run first. */
export function myAccountCors(tenant: Tenant): MiddlewareHandler {
  return cors({
    origin: (origin, { req }) => allowedOrigin(tenant, origin, req.header('authorization')),
    allowMethods: ['GET', 'POST', 'DELETE'],
    allowHeaders: CORS_HEADERS,
    exposeHeaders: ['dpop-nonce', 'www-authenticate'],
  })
}
