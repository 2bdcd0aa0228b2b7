import { browse, type ConsentAnswer } from '@connected-accounts/testing/person/consent'
import { createCaller, createTestBed, PKCE } from './context.js'

/** Where a flow comes back to. */
export const redirectUri = 'http://localhost:3000/connected'

/** The body of a connect request. */
export const started = {
  connection: 'google-oauth2',
  redirect_uri: redirectUri,
  state: 'connect.abc',
  code_challenge: PKCE.challenge,
  code_challenge_method: 'S256',
}

/** A test bed with the steps of the flow as functions. */
export async function createFlow(change: Parameters<typeof createTestBed>[0] = {}) {
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
export async function arrive() {
  const flow = await createFlow()
  const session = await flow.start()
  const callback = await flow.visit(session)
  return { ...flow, session, callback, body: completion(session, callback) }
}

/** The body that completes a session with what came back. */
export function completion(session: { auth_session: string }, callback: URL) {
  return {
    auth_session: session.auth_session,
    connect_code: callback.searchParams.get('connect_code'),
    redirect_uri: redirectUri,
    code_verifier: PKCE.verifier,
  }
}
