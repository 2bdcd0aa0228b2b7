// A login by code with PKCE over plain HTTP, as a browser without scripts does it, for the emulator and its peers alike.
import { createHash, randomBytes } from 'node:crypto'
import { fillInForms } from '@connected-accounts/testing/person/forms'

const redirectUri = 'http://localhost:3000/callback'

/** Logs in and answers with the tokens. `client` has the fields that identify the client. */
export async function logIn(
  { url, authorize, token, prompt },
  { scope = 'openid offline_access', client = { client_id: 'spa' } } = {},
) {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    ...(prompt && { prompt }),
    state: 'state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const callback = await fillInForms(url, `${url}${authorize}?${query}`)
  const fields = {
    grant_type: 'authorization_code',
    ...client,
    code: callback.searchParams.get('code'),
    code_verifier: verifier,
    redirect_uri: redirectUri,
  }
  return post(`${url}${token}`, fields)
}

/** Posts a form and answers with the JSON. */
export async function post(url, fields) {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) })
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${await response.text()}`)
  return response.json()
}

/** Connects an account, from connect to complete. */
export async function connect(url, accessToken) {
  const redirect_uri = redirectUri
  const call = async (path, body) => {
    const response = await fetch(`${url}/me/v1/connected-accounts/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (response.status !== 201) throw new Error(`${path} answered ${response.status}`)
    return response.json()
  }
  const { auth_session, connect_uri, connect_params } = await call('connect', {
    connection: 'google-oauth2',
    redirect_uri,
  })
  const consent = { account: 'alice@google.example', decision: 'allow' }
  const callback = await fillInForms(url, `${connect_uri}?ticket=${connect_params.ticket}`, consent)
  const connect_code = new URLSearchParams(callback.hash.slice(1)).get('connect_code')
  await call('complete', { auth_session, connect_code, redirect_uri })
}
