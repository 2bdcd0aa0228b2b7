import type { Context, Tenancy } from '../../context/context.js'
import { faultPage, meetFault } from '../../faults/meet-fault.js'
import { errorPage } from '../../pages/error-page.js'
import { isWebOrigin } from '../../tenant/clients.js'
import { collectResponse, replaceResponse } from './collected-response.js'
import type { OidcMiddleware } from './env.js'

/** Applies the faults that wait for `authorize`, before the endpoint checks anything. */
export function meetAuthorizeFaults(context: Context): OidcMiddleware {
  return async (c, next) => {
    if (!context.faults.has('authorize')) return next()
    const response = await meetFault(context, {
      operation: 'authorize',
      answer: () => collectResponse(c, next),
      refuse: faultPage,
    })
    replaceResponse(c, response)
  }
}

/**
 * Refuses a login with `response_mode=web_message` if the page's origin is not in `web_origins` of the client. It shows a page,
 * because no message may be sent to that origin.
 */
export function refuseWebOrigins({ tenant }: Tenancy): OidcMiddleware {
  return async (c, next) => {
    const { response_mode, client_id, redirect_uri } = c.req.query()
    if (response_mode !== 'web_message') return next()
    const client = tenant.clients.find((known) => known.client_id === client_id)
    if (!client || redirect_uri === undefined || !URL.canParse(redirect_uri)) return next()
    const { origin } = new URL(redirect_uri)
    if (isWebOrigin(client, origin)) return next()
    return errorPage({
      title: 'This request is not possible',
      reason: `The origin ${origin} is not an allowed web origin.`,
      advice: `Add it to web_origins of the client ${client_id}.`,
      status: 403,
    })
  }
}
