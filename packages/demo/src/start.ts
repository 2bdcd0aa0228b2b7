import { fileURLToPath } from 'node:url'
import { createEmulator } from '@connected-accounts/emulator'
import { isPortTaken, type Listening, listen } from './server/listen.js'
import { createServer } from './server/server.js'
import { readPort, readSettings, type Settings, StartError } from './server/settings.js'
import { welcome } from './server/welcome.js'

const appFolder = fileURLToPath(new URL('./app', import.meta.url))

try {
  await start()
} catch (error) {
  if (!(error instanceof StartError)) throw error
  console.error(error.message)
  process.exit(1)
}

async function start(): Promise<void> {
  const port = readPort(process.env, 'PORT', 3000)
  const emulatorPort = readPort(process.env, 'EMULATOR_PORT', 4400)
  const settings = readSettings(process.env) ?? (await startEmulator(emulatorPort))
  const { origin } = await onPort('PORT', port, () => serveDemo(port, settings))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0))
  console.log(welcome(origin, settings))
}

function serveDemo(port: number, settings: Settings): Promise<Listening> {
  return listen(port, (origin) => {
    const { fetch } = createServer({ settings, origin, appFolder })
    return (request) => fetch(request)
  })
}

async function startEmulator(port: number): Promise<Settings> {
  const emulator = await onPort('EMULATOR_PORT', port, () => createEmulator({ port }))
  // A tenant asks for nonces. Browsers show each request for one in red, and nobody who starts a demo should have to wonder.
  emulator.switches.set({ tokenNonce: 'optional', myAccountNonce: 'optional' })
  const { spa, web, api } = emulator.clients
  return {
    tenant: emulator.url,
    clientId: spa.clientId,
    audience: api.audience,
    apiClientId: api.clientId,
    apiClientSecret: api.clientSecret,
    web,
    emulator: emulator.url,
    calendarUrl: `${emulator.url}/upstream/google-oauth2/calendar/v3`,
  }
}

async function onPort<T>(variable: string, port: number, start: () => Promise<T>): Promise<T> {
  try {
    return await start()
  } catch (error) {
    if (!isPortTaken(error)) throw error
    const other = port < 65_535 ? port + 1 : port - 1
    throw new StartError(
      `Port ${port} is in use. Start with another one: ${variable}=${other} npm start`,
    )
  }
}
