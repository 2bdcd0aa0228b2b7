import { serve } from '@hono/node-server'
import { createApp } from './app.ts'

const { DOMAIN = '', ORIGIN = '', SECRET = '', AUDIENCE = '', CALENDAR_URL = '' } = process.env
const {
  CLIENT_ID = '',
  CLIENT_SECRET = '',
  API_CLIENT_ID = '',
  API_CLIENT_SECRET = '',
} = process.env

const app = createApp({
  origin: ORIGIN,
  domain: DOMAIN,
  web: { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET },
  api: { clientId: API_CLIENT_ID, clientSecret: API_CLIENT_SECRET },
  audience: AUDIENCE,
  secret: SECRET,
  calendarUrl: CALENDAR_URL,
})

serve({ fetch: app.fetch, hostname: 'localhost', port: Number(new URL(ORIGIN).port) })
console.log(`MCP clients connect to ${ORIGIN}/mcp`)
