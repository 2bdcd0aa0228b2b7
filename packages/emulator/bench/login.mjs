// A login by code with PKCE over plain HTTP, as a browser without scripts does it, for the emulator and its peers alike.
import { createHash, randomBytes } from 'node:crypto'

const redirectUri = 'http://localhost:3000/callback'

/** Logs in and answers with the tokens. */
export async function logIn({ url, authorize, token, prompt }, scope = 'openid offline_access') {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: 'spa',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    ...(prompt && { prompt }),
    state: 'state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const callback = await browse(url, `${url}${authorize}?${query}`)
  const fields = {
    grant_type: 'authorization_code',
    client_id: 'spa',
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

/** Follows redirects, and fills in the one form on the way, until the browser would leave for the application. */
export async function browse(
  origin,
  start,
  form = { username: 'alice@example.test', password: 'password' },
) {
  const cookies = new Map()
  let [url, init] = [new URL(start), {}]
  while (url.origin === origin) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { cookie, ...init.headers },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    const html = await response.text()
    if (location) {
      ;[url, init] = [new URL(location, url), {}]
      continue
    }
    if (!html.includes('<form')) {
      throw new Error(`${url} answered ${response.status}: ${html.slice(0, 300)}`)
    }
    const action = /<form[^>]* action="([^"]*)"/.exec(html)?.[1] ?? url
    const hidden = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)
    const fields = { ...Object.fromEntries([...hidden].map((field) => field.slice(1))), ...form }
    ;[url, init] = [new URL(action, url), { method: 'POST', body: new URLSearchParams(fields) }]
  }
  return url
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
  const callback = await browse(url, `${connect_uri}?ticket=${connect_params.ticket}`, consent)
  const connect_code = new URLSearchParams(callback.hash.slice(1)).get('connect_code')
  await call('complete', { auth_session, connect_code, redirect_uri })
}
