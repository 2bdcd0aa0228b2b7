import { describe, expect, it } from 'vitest'
import { arrive, completion, createFlow, redirectUri } from './connect-flow.js'
import { mintToken } from './context.js'

describe('complete', () => {
  it.each([
    ['a wrong connect_code', { connect_code: 'x'.repeat(32) }, 'Invalid connect_code'],
    [
      'a wrong code_verifier (RFC 7636 §4.6)',
      { code_verifier: 'x'.repeat(43) },
      'Invalid code_verifier',
    ],
    ['no code_verifier (RFC 7636 §4.5)', { code_verifier: undefined }, 'Invalid code_verifier'],
    [
      'another redirect_uri',
      { redirect_uri: `${redirectUri}/` },
      'The redirect_uri does not match the one of the connect request',
    ],
  ])('answers 400 to %s', async (_name, changed, detail) => {
    const { call, body } = await arrive()
    const response = await call('/complete', { body: { ...body, ...changed } })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ detail })
    expect((await call('/complete', { body })).status).toBe(201)
  })

  it('answers 400 to a code_verifier where there was no challenge (RFC 9700 §4.8.2)', async () => {
    const { start, visit, call } = await createFlow()
    const session = await start({ connection: 'acme', redirect_uri: redirectUri })
    const answer = new URLSearchParams((await visit(session)).hash.slice(1))
    const { code_verifier, ...body } = completion(session, new URL(`http://localhost/?${answer}`))
    expect((await call('/complete', { body: { ...body, code_verifier } })).status).toBe(400)
    expect((await call('/complete', { body })).status).toBe(201)
  })

  it('answers 400 to a code that was used', async () => {
    const { call, body } = await arrive()
    expect((await call('/complete', { body })).status).toBe(201)
    const response = await call('/complete', { body })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ detail: 'Invalid connect_code' })
  })

  it('lets only one of two completions at once through', async () => {
    const { call, body } = await arrive()
    const both = await Promise.all([call('/complete', { body }), call('/complete', { body })])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 400])
  })

  it('answers 400 before the user has come back, and to the code of another session', async () => {
    const { call, body, start } = await arrive()
    const { auth_session } = await start()
    expect((await call('/complete', { body: { ...body, auth_session } })).status).toBe(400)
  })

  it.each([
    ['another user', { sub: 'auth0|bob' }],
    ['another client', { azp: 'web' }],
  ])('answers 404 to the session of %s, and leaves it to its owner', async (_name, claims) => {
    const { context, call, body } = await arrive()
    const token = await mintToken(context, claims)
    const response = await call('/complete', { body, token })
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ detail: 'Invalid or expired session' })
    expect((await call('/complete', { body })).status).toBe(201)
  })

  it('answers 404 to a session that has expired or never was', async () => {
    const { call, body, wait } = await arrive()
    const unknown = { ...body, auth_session: 'x'.repeat(64) }
    expect((await call('/complete', { body: unknown })).status).toBe(404)
    wait(301)
    expect((await call('/complete', { body })).status).toBe(404)
  })
})
