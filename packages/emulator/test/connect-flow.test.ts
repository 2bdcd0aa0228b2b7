import { describe, expect, it } from 'vitest'
import { browse, type ConsentAnswer } from './browser.js'
import { createCaller, createTestBed, mintToken, PKCE } from './context.js'

const redirectUri = 'http://localhost:3000/connected'
const started = {
  connection: 'google-oauth2',
  redirect_uri: redirectUri,
  state: 'connect.abc',
  code_challenge: PKCE.challenge,
  code_challenge_method: 'S256',
}

/** A test bed with the steps of the flow as functions. */
async function createFlow(change: Parameters<typeof createTestBed>[0] = {}) {
  const bed = await createTestBed(change)
  const call = createCaller(bed)
  const start = async (body: object = started) => (await call('/connect', { body })).json()
  const visit = (
    session: { connect_uri: string; connect_params: { ticket: string } },
    answer: ConsentAnswer = {},
  ) =>
    browse(bed.resources.fetch, `${session.connect_uri}?ticket=${session.connect_params.ticket}`, {
      ...answer,
      stop: (url) => url.startsWith(redirectUri),
    })
  return { ...bed, call, start, visit }
}

/** A flow whose user has come back, and the body that completes it. */
async function arrive() {
  const flow = await createFlow()
  const session = await flow.start()
  const callback = await flow.visit(session)
  const body = {
    auth_session: session.auth_session,
    connect_code: callback.searchParams.get('connect_code'),
    redirect_uri: redirectUri,
    code_verifier: PKCE.verifier,
  }
  return { ...flow, session, callback, body }
}

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
})
