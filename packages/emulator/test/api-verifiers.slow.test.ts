import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { installPackages, type NpmPackages } from '@connected-accounts/testing/machine/npm-packages'
import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createEmulator, defaultTenant, type Emulator } from '../src/index.js'

/** The part of Express that is used. */
type Express = () => RequestListener & {
  use(handler: unknown): void
  get(path: string, handler: unknown): void
}

/** The part of Fastify that is used. */
type Fastify = () => {
  register(plugin: unknown, options: object): Promise<void>
  get(path: string, options: object, handler: (request: { user: unknown }) => unknown): void
  inject(request: object): Promise<{ statusCode: number; json(): Record<string, unknown> }>
  close(): Promise<void>
  authenticate: unknown
}

/** Calls an API with a token. Returns the claims that the API read, or its status. */
type CallApi = (token: string) => Promise<Record<string, unknown> | number>

const audience = 'https://api.example.test/'
const dialects = ['access_token', 'rfc9068_profile'] as const

let packages: NpmPackages
let emulator: Emulator

beforeAll(async () => {
  packages = await installPackages({
    express: '5.3.0',
    'express-oauth2-jwt-bearer': '1.10.0',
    fastify: '5.12.8',
    'fastify-auth0-verify': '4.1.4',
  })
  emulator = await createEmulator({ port: 0 })
}, 300_000)
afterAll(async () => {
  await emulator?.close()
  await packages?.remove()
})
beforeEach(() => emulator.reset())

function setDialect(token_dialect: (typeof dialects)[number]): void {
  emulator.tenant.set({ apis: defaultTenant().apis.map((api) => ({ ...api, token_dialect })) })
}

/** Runs `work` with an API of Express and express-oauth2-jwt-bearer. */
async function withExpress<T>(options: object, work: (call: CallApi) => Promise<T>): Promise<T> {
  const express: Express = packages.require('express')
  const { auth } = packages.require('express-oauth2-jwt-bearer')
  const app = express()
  app.use(auth({ issuerBaseURL: emulator.url, audience, ...options }))
  app.get('/', (request: { auth: { payload: object } }, response: { json(body: object): void }) =>
    response.json(request.auth.payload),
  )
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = Object(server.address())
  try {
    return await work(async (token) => {
      const headers = { authorization: `Bearer ${token}` }
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers })
      return response.ok ? response.json() : response.status
    })
  } finally {
    server.close()
  }
}

/** Runs `work` with an API of Fastify and fastify-auth0-verify. */
async function withFastify<T>(work: (call: CallApi) => Promise<T>): Promise<T> {
  const fastify: Fastify = packages.require('fastify')
  const plugin = packages.require('fastify-auth0-verify')
  const app = fastify()
  await app.register(plugin, { domain: emulator.url, audience })
  app.get('/', { preValidation: app.authenticate }, ({ user }) => user)
  try {
    return await work(async (token) => {
      const headers = { authorization: `Bearer ${token}` }
      const response = await app.inject({ url: '/', headers })
      return response.statusCode === 200 ? response.json() : response.statusCode
    })
  } finally {
    await app.close()
  }
}

/** A token of Alice, and one of the client `web` itself. */
async function tokens(): Promise<[user: string, machine: string]> {
  const { spa, web } = emulator.clients
  const scope = 'openid read:calendar'
  const { access_token } = await loginWithCode({ emulator, client: spa, audience, scope })
  const fields = { grant_type: 'client_credentials', audience }
  const { body } = await requestToken({ emulator, client: web }, fields)
  return [access_token, body.access_token]
}

describe('express-oauth2-jwt-bearer', () => {
  test('accepts the tokens of the emulator in the dialect access_token, of a user and of a client', async () => {
    const [user, machine] = await tokens()
    await withExpress({}, async (call) => {
      expect(await call(user)).toMatchObject({ sub: 'auth0|alice', azp: 'spa' })
      expect(await call(machine)).toMatchObject({ sub: 'web@clients', gty: 'client-credentials' })
      expect(await call(user.slice(0, -8))).toBe(401)
    })
  })

  test('accepts those in the dialect rfc9068_profile with strict, which refuses the others', async () => {
    const [other] = await tokens()
    setDialect('rfc9068_profile')
    const [user, machine] = await tokens()
    await withExpress({ strict: true }, async (call) => {
      expect(await call(user)).toMatchObject({ sub: 'auth0|alice', client_id: 'spa' })
      expect(await call(machine)).toMatchObject({ sub: 'web@clients', client_id: 'web' })
      expect(await call(other)).toBe(401)
    })
  })
})

describe('fastify-auth0-verify', () => {
  test.each(dialects)('accepts the tokens of the emulator in the dialect %s', async (dialect) => {
    setDialect(dialect)
    const [user, machine] = await tokens()
    await withFastify(async (call) => {
      expect(await call(user)).toMatchObject({ sub: 'auth0|alice' })
      expect(await call(machine)).toMatchObject({ sub: 'web@clients' })
      expect(await call(user.slice(0, -8))).toBe(401)
    })
  })
})
