#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { createEmulator, type Emulator } from './emulator.js'

const help = `Usage: connected-accounts-emulator [--port <port>]

Emulates an Auth0 tenant on this machine: login, My Account API, Token Vault and third parties to connect.

  --port <port>  Port to listen on, 4400 by default; 0 takes any that is free.
  --help         Shows this.
`

await run().catch((error) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})

async function run(): Promise<void> {
  const options = { port: { type: 'string', default: '4400' }, help: { type: 'boolean' } } as const
  const { values } = parseArgs({ options })
  if (values.help) return void process.stdout.write(help)
  const emulator = await createEmulator({ port: readPort(values.port) })
  console.log(`Emulated tenant: ${emulator.url}`)
  console.log(describe(emulator))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => emulator.close())
  }
}

function readPort(text: string): number {
  if (!/^\d+$/.test(text)) throw new TypeError('--port must be an integer from 0 to 65535')
  return Number(text)
}

function describe({ users, clients: { spa, web, api } }: Emulator): string {
  const people = users.map(({ email, password }) => `${email} (${password})`)
  const confidential = [web, api].map(
    ({ clientId, clientSecret }) => `${clientId} (${clientSecret})`,
  )
  return `Users: ${people.join(', ')}. Clients: ${[spa.clientId, ...confidential].join(', ')}.`
}
