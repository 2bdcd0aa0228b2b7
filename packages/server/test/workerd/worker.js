// An application in workerd, from the installed packages, without Node compatibility.
import { createHandler, ServerClient } from '@connected-accounts/server'

let app

function create({ DOMAIN, REDIRECT_URI }) {
  const server = new ServerClient({
    domain: DOMAIN,
    clientId: 'web',
    clientSecret: 'web-secret',
    secret: 'a secret of more than thirty-two bytes',
    authorizationParams: { redirect_uri: REDIRECT_URI },
  })
  return { server, handler: createHandler(server) }
}

// biome-ignore lint/style/noDefaultExport: what workerd starts.
export default {
  async fetch(request, env) {
    app ??= create(env)
    if (new URL(request.url).pathname !== '/events') return app.handler(request)
    const response = { headers: new Headers() }
    const { accessToken } = await app.server.getAccessTokenForConnection(
      { connection: 'google-oauth2' },
      { request, response },
    )
    const calendar = `${env.DOMAIN}/upstream/google-oauth2/calendar/v3/calendars/primary/events`
    const headers = { authorization: `Bearer ${accessToken}` }
    const { items } = await (await fetch(calendar, { headers })).json()
    return Response.json(items.length, response)
  },
}
