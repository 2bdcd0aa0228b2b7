import { browse } from '@connected-accounts/testing/person/consent'
import { describe, expect, it } from 'vitest'
import { arrive, completion, createFlow, redirectUri, started } from './connect-flow.js'

describe('The connect flow', () => {
  it('connects an account from connect over consent to complete', async () => {
    const { call, body, session, callback } = await arrive()
    expect(session).toMatchObject({ connect_uri: 'http://localhost:4400/connect', expires_in: 300 })
    expect(session.auth_session).toHaveLength(64)
    expect(callback.searchParams.get('state')).toBe('connect.abc')
    const response = await call('/complete', { body })
    expect(response.status).toBe(201)
    const account = await response.json()
    expect(account).toMatchObject({
      id: expect.stringMatching(/^cac_[A-Za-z0-9]{22}$/),
      connection: 'google-oauth2',
      access_type: 'offline',
      scopes: ['openid', 'profile', 'email', 'https://www.googleapis.com/auth/calendar.readonly'],
    })
    expect(await (await call('/accounts')).json()).toEqual({ accounts: [account] })
  })

  it('takes the ticket on both pages that Auth0 documents', async () => {
    const { start, visit, context } = await createFlow()
    const session = await start()
    const connect_uri = `${context.url}/connected-accounts/connect`
    const callback = await visit({ ...session, connect_uri })
    expect(callback.searchParams.get('connect_code')).toMatch(/^\w{1,46}$/)
  })

  it('answers in the fragment when no code_challenge was sent, and leaves out a state that was not', async () => {
    const { start, visit, call } = await createFlow()
    const session = await start({ connection: 'acme', redirect_uri: `${redirectUri}?tab=1` })
    const callback = await visit(session)
    expect(callback.search).toBe('?tab=1')
    const answer = new URLSearchParams(callback.hash.slice(1))
    expect([...answer.keys()]).toEqual(['connect_code'])
    const body = {
      auth_session: session.auth_session,
      connect_code: answer.get('connect_code'),
      redirect_uri: `${redirectUri}?tab=1`,
    }
    expect((await call('/complete', { body })).status).toBe(201)
  })

  it('comes back with access_denied when the person presses Cancel (RFC 6749 §4.1.2.1)', async () => {
    const { start, visit } = await createFlow()
    const callback = await visit(await start(), { decision: 'cancel' })
    expect(Object.fromEntries(callback.searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'The user denied the request',
      state: 'connect.abc',
    })
  })

  it('puts access_denied in the fragment too when no code_challenge was sent', async () => {
    const { start, visit } = await createFlow()
    const session = await start({ connection: 'acme', redirect_uri: redirectUri, state: 's' })
    const callback = await visit(session, { decision: 'cancel' })
    expect(callback.search).toBe('')
    expect(new URLSearchParams(callback.hash.slice(1)).get('error')).toBe('access_denied')
  })

  it('comes back with the error of a provider that refuses a silent request', async () => {
    const { start, visit } = await createFlow()
    const callback = await visit(
      await start({ ...started, authorization_params: { prompt: 'none' } }),
    )
    expect(callback.searchParams.get('error')).toBe('interaction_required')
  })

  it('asks the provider for the scopes of the request instead of those of the connection, and keeps offline_access', async () => {
    const { start, visit, call } = await createFlow()
    const session = await start({ ...started, connection: 'acme', scopes: ['openid', 'files'] })
    const callback = await visit(session)
    const body = completion(session, callback)
    const { scopes } = await (await call('/complete', { body })).json()
    expect(scopes).toEqual(['openid', 'files', 'offline_access'])
  })

  it('passes authorization_params on to the provider', async () => {
    const { start, resources } = await createFlow()
    const params = { login_hint: 'carol@google.example', max_age: 60, access_type: 'online' }
    const session = await start({ ...started, authorization_params: params })
    const url = `${session.connect_uri}?ticket=${session.connect_params.ticket}`
    const response = await resources.fetch(new Request(url))
    const query = new URL(response.headers.get('location') ?? '').searchParams
    expect(Object.fromEntries(query)).toMatchObject({ ...params, max_age: '60' })
  })

  it('keeps the id and the date of an account that is connected again, with the new scopes', async () => {
    const { start, visit, call, wait } = await createFlow()
    const connect = async (scopes: string[]) => {
      const session = await start({ ...started, connection: 'acme', scopes })
      const body = completion(session, await visit(session))
      return (await call('/complete', { body })).json()
    }
    const first = await connect(['openid'])
    wait(60)
    const again = await connect(['openid', 'files'])
    expect(again).toEqual({ ...first, scopes: ['openid', 'files', 'offline_access'] })
    expect((await (await call('/accounts')).json()).accounts).toEqual([again])
  })

  it('lists another account of the same provider as a second one', async () => {
    const { start, visit, call } = await createFlow()
    for (const account of ['alice@google.example', 'alice.work@google.example']) {
      const session = await start()
      const body = completion(session, await visit(session, { account }))
      expect((await call('/complete', { body })).status).toBe(201)
    }
    expect((await (await call('/accounts')).json()).accounts).toHaveLength(2)
  })
})

describe('The connect page', () => {
  it.each(['', '?ticket=unknown'])('shows an error for /connect%s', async (query) => {
    const { context, resources } = await createFlow()
    const response = await resources.fetch(new Request(`${context.url}/connect${query}`))
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain('was used already, has expired')
  })

  it('takes a ticket once', async () => {
    const { start, visit } = await createFlow()
    const session = await start()
    await visit(session)
    await expect(visit(session)).rejects.toThrow('No form in the answer 400')
  })

  it('refuses a ticket that has expired', async () => {
    const { start, resources, wait } = await createFlow()
    const { connect_uri, connect_params } = await start()
    wait(301)
    const url = `${connect_uri}?ticket=${connect_params.ticket}`
    expect((await resources.fetch(new Request(url))).status).toBe(400)
  })

  it("refuses a provider's answer that nobody asked for", async () => {
    const { context, resources } = await createFlow()
    const url = `${context.url}/login/callback?code=1&state=2`
    expect((await resources.fetch(new Request(url))).status).toBe(400)
  })

  it("refuses a provider's answer after a reset", async () => {
    const { start, context, resources } = await createFlow()
    const { connect_uri, connect_params } = await start()
    const stop = (url: string) => url.startsWith(`${context.url}/login/callback`)
    const link = `${connect_uri}?ticket=${connect_params.ticket}`
    const answer = await browse(resources.fetch, link, { stop })
    resources.reset()
    expect((await resources.fetch(new Request(answer))).status).toBe(400)
  })

  it("refuses a provider's answer of another issuer (RFC 9207 §2.4)", async () => {
    const { start, context, resources } = await createFlow()
    const session = await start()
    const connect = `${session.connect_uri}?ticket=${session.connect_params.ticket}`
    const stop = (url: string) => url.startsWith(`${context.url}/login/callback`)
    const answer = await browse(resources.fetch, connect, { stop })
    answer.searchParams.set('iss', `${context.url}/upstream/acme`)
    const response = await resources.fetch(new Request(answer))
    expect(response.headers.get('location')).toContain('error=server_error')
  })
})
