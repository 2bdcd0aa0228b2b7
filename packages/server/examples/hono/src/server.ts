import { createHandler, ServerClient } from '@connected-accounts/server'
import { serve } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'

const { DOMAIN = '', CLIENT_ID = '', CLIENT_SECRET = '', SECRET = '' } = process.env
const { ORIGIN = '', CALENDAR_URL = '' } = process.env

const server = new ServerClient({
  domain: DOMAIN,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  secret: SECRET,
  authorizationParams: { redirect_uri: `${ORIGIN}/auth/callback` },
})

const handler = createHandler(server)

const app = new Hono()
app.all('/auth/*', ({ req }) => handler(req.raw))

app.get('/user', async (c) => {
  const user = await server.getUser({ request: c.req.raw, response: c.res })
  return c.json(user ?? null)
})

app.get('/events', async (c) => {
  const { accessToken } = await server.getAccessTokenForConnection(
    { connection: 'google-oauth2' },
    { request: c.req.raw, response: c.res },
  )
  const response = await fetch(`${CALENDAR_URL}/calendars/primary/events?maxResults=3`, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  const { items }: { items: { summary: string }[] } = await response.json()
  return c.json(items.map(({ summary }) => summary))
})

app.use(serveStatic({ root: 'dist' }))

serve({ fetch: app.fetch, hostname: 'localhost', port: Number(new URL(ORIGIN).port) })
console.log(`Listening on ${ORIGIN}`)
