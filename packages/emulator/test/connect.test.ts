import { describe, expect, it } from 'vitest'
import type { Context } from '../src/context/context.js'
import { createFlow, redirectUri, started } from './connect-flow.js'
import { mintToken } from './context.js'

describe('connect', () => {
  it.each([
    ['without a connection', { connection: undefined }, 'connection', ''],
    ['with a field of no one', { organization: 'org_1' }, 'organization', ''],
    ['with no scope in the list', { scopes: [] }, 'scopes', '/scopes'],
    [
      'with a challenge and no method',
      { code_challenge_method: undefined },
      'code_challenge_method',
      '',
    ],
    [
      'with the method plain',
      { code_challenge_method: 'plain' },
      'code_challenge_method',
      '/code_challenge_method',
    ],
    [
      'with a prompt of two values',
      { authorization_params: { prompt: 'login consent' } },
      'authorization_params',
      '/authorization_params/prompt',
    ],
    [
      'with a redirect_uri that is no URL',
      { redirect_uri: 'connected' },
      'redirect_uri',
      '/redirect_uri',
    ],
  ])('answers 400 and names the field %s', async (_name, changed, field, pointer) => {
    const { call } = await createFlow()
    const response = await call('/connect', { body: { ...started, ...changed } })
    expect(response.status).toBe(400)
    const problem = await response.json()
    expect(problem).toMatchObject({
      type: 'https://auth0.com/api-errors/A0E-400-0003',
      validation_errors: [{ field, pointer, source: 'body' }],
    })
  })

  it.each(['EN', 'de-de', 'de\ten-GB', 'de en'])(
    'accepts the ui_locales %j',
    async (ui_locales) => {
      const { call } = await createFlow()
      const body = { ...started, authorization_params: { ui_locales } }
      expect((await call('/connect', { body })).status).toBe(201)
    },
  )

  it.each(['d', 'deu', 'de_DE', 'de-', 'de,en'])(
    'refuses the ui_locales %j',
    async (ui_locales) => {
      const { call } = await createFlow()
      const body = { ...started, authorization_params: { ui_locales } }
      expect((await call('/connect', { body })).status).toBe(400)
    },
  )

  it("says which property is missing in Auth0's words", async () => {
    const { call } = await createFlow()
    const response = await call('/connect', { body: { redirect_uri: redirectUri } })
    expect(await response.json()).toMatchObject({
      title: 'Validation Error',
      detail: 'Invalid request payload input',
      validation_errors: [{ detail: "data must have required property 'connection'", pointer: '' }],
    })
  })

  it.each(['[]', 'null', '"text"', '{"connection"', ''])(
    'answers 400 to the body %s',
    async (text) => {
      const { context, resources } = await createFlow()
      const request = await jsonRequest(context, text)
      expect((await resources.fetch(request)).status).toBe(400)
    },
  )

  it('answers 413 to a body of more than 64 KiB', async () => {
    const { context, resources } = await createFlow()
    const response = await resources.fetch(await jsonRequest(context, `"${'x'.repeat(70_000)}"`))
    expect(response.status).toBe(413)
    expect((await response.json()).error_description).toContain('65536 bytes')
  })

  it('answers 415 to a body that is not JSON, before it looks into it', async () => {
    const { call } = await createFlow()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await call('/connect', { body: {}, headers })).status).toBe(415)
  })

  it('takes a content type with parameters and in other case (RFC 9110 §8.3.1)', async () => {
    const { call } = await createFlow()
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' }
    expect((await call('/connect', { body: started, headers })).status).toBe(201)
  })

  it.each([
    'https://evil.example/connected',
    'http://localhost:x@evil.example/',
    'https://localhost:3000/connected',
    'http://localhost.evil.example/',
  ])('answers 400 to the redirect_uri %s, which is not allowed', async (redirect_uri) => {
    const { call } = await createFlow()
    const response = await call('/connect', { body: { ...started, redirect_uri } })
    expect(response.status).toBe(400)
  })

  it('answers 404 for a connection that is unknown, not active, or not enabled for the client', async () => {
    const { call } = await createFlow({
      change({ connections }) {
        for (const connection of connections) {
          if (connection.name === 'github') connection.connected_accounts.active = false
          if (connection.name === 'acme') connection.enabled_clients = ['web']
        }
      },
    })
    for (const connection of ['unknown', 'github', 'acme']) {
      const response = await call('/connect', { body: { ...started, connection } })
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ detail: 'The connection was not found' })
    }
  })
})

async function jsonRequest(context: Context, body: string): Promise<Request> {
  const authorization = `Bearer ${await mintToken(context)}`
  return new Request(`${context.url}/me/v1/connected-accounts/connect`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body,
  })
}
