import { createHandler, ServerClient } from '@connected-accounts/server'
import { fillInForms } from '@connected-accounts/testing/person/forms'
import { appUrl, callbackUrl, headersOf, keepCookies } from './browser.mjs'

/**
 * The application. Its tenant answers that there are no accounts, after `delay` milliseconds, and refuses every refresh while
 * `state.isDead`.
 */
export function createApplication({ url, client }, { delay = 0 } = {}) {
  const state = { isDead: false, grants: 0 }
  const server = new ServerClient({
    domain: url,
    ...client,
    secret: 'a'.repeat(64),
    authorizationParams: { redirect_uri: callbackUrl },
    cookiePrefix: 'ca', // the attacks have names with it
    async fetch(request) {
      if (request.url.endsWith('/accounts')) {
        if (delay) await new Promise((resolve) => setTimeout(resolve, delay))
        return Response.json({ accounts: [] })
      }
      if (!state.isDead || !request.url.endsWith('/oauth/token')) return fetch(request)
      state.grants += 1
      return Response.json({ error: 'invalid_grant' }, { status: 400 })
    },
  })
  return { state, tenant: url, handler: createHandler(server) }
}

/** Logs in in a new browser, and returns its cookies. `send` sends a `Request` to the application. */
export async function logIn(send, tenant) {
  const cookies = new Map()
  const visit = async (url) => {
    const response = await send(new Request(url, { headers: headersOf(cookies) }))
    keepCookies(cookies, response.headers)
    return response.headers.get('location')
  }
  await visit(await fillInForms(tenant, await visit(`${appUrl}/auth/login`)))
  return cookies
}
