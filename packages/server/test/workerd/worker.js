// An application in workerd, from the installed packages, without Node compatibility.
import { createAccessTokenVerifier, createHandler, ServerClient } from '@connected-accounts/server'

let app

function create({ DOMAIN, REDIRECT_URI }) {
  const server = new ServerClient({
    domain: DOMAIN,
    clientId: 'web',
    clientSecret: 'web-secret',
    secret: 'a secret of more than thirty-two bytes',
    authorizationParams: { redirect_uri: REDIRECT_URI },
  })
  const verifyAccessToken = createAccessTokenVerifier({
    domain: DOMAIN,
    audience: 'https://api.example.test/',
    baseUrl: new URL(REDIRECT_URI).origin,
  })
  return { server, handler: createHandler(server), verifyAccessToken }
}

async function answerApi(request) {
  try {
    const { sub } = await app.verifyAccessToken(request)
    return Response.json({ sub })
  } catch (error) {
    return error.getResponse()
  }
}

// biome-ignore lint/style/noDefaultExport: what workerd starts.
export default {
  async fetch(request, env) {
    app ??= create(env)
    const { pathname } = new URL(request.url)
    if (pathname === '/api') return answerApi(request)
    if (pathname !== '/events') return app.handler(request)
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
