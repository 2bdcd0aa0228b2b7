import { ServerClient } from '@connected-accounts/server'
import { createExpressHandler, storeOptions } from '@connected-accounts/server/express'
import express from 'express'

const { DOMAIN = '', CLIENT_ID = '', CLIENT_SECRET = '', SECRET = '' } = process.env
const { ORIGIN = '', CALENDAR_URL = '' } = process.env

const server = new ServerClient({
  domain: DOMAIN,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  secret: SECRET,
  authorizationParams: { redirect_uri: `${ORIGIN}/auth/callback` },
})

const app = express()
app.use(createExpressHandler(server))

app.get('/user', async (req, res) => {
  const user = await server.getUser(storeOptions(req, res))
  res.json(user ?? null)
})

app.get('/events', async (req, res) => {
  const { accessToken } = await server.getAccessTokenForConnection(
    { connection: 'google-oauth2' },
    storeOptions(req, res),
  )
  const response = await fetch(`${CALENDAR_URL}/calendars/primary/events?maxResults=3`, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  const { items }: { items: { summary: string }[] } = await response.json()
  res.json(items.map(({ summary }) => summary))
})

app.use(express.static('dist'))

app.listen(Number(new URL(ORIGIN).port), 'localhost')
console.log(`Listening on ${ORIGIN}`)
