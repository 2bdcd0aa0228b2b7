import { account, type State } from './states.js'

/** The flow that was started last. */
let started = { state: '' }

/** Returns the URL that the person comes back to from the provider. */
export function comeBack(redirectUri: string): string {
  return `${redirectUri}?connect_code=a-code&state=${started.state}`
}

/** Responds as the My Account API does in a state. */
export async function respond(request: Request, state: State): Promise<Response> {
  const { url, method } = request
  const { pathname } = new URL(url)
  const { accounts = [], list, remove = 204, start = 201 } = state
  if (pathname.endsWith('/connections')) {
    const names = state.offered ?? ['google-oauth2', 'github', 'acme']
    return Response.json({ connections: names.map((name) => ({ name, strategy: name })) })
  }
  if (pathname.endsWith('/connect')) {
    if (start !== 201) return problem(start)
    started = await request.json()
    const flow = { auth_session: 'a-session', expires_in: 300, connect_params: { ticket: 'one' } }
    return Response.json(
      { connect_uri: 'https://tenant.example/connect', ...flow },
      { status: 201 },
    )
  }
  if (pathname.endsWith('/complete')) {
    const other = account('cac_other', 'google-oauth2')
    state.accounts = [...accounts, other]
    return Response.json(other, { status: 201 })
  }
  if (method === 'DELETE') {
    if (remove !== 204) return problem(remove)
    const id = pathname.split('/').at(-1)
    state.accounts = accounts.filter((account) => account.id !== id)
    return new Response(null, { status: 204 })
  }
  if (list === 'pending') return new Promise(() => undefined)
  if (typeof list === 'number') return problem(list)
  return Response.json({ accounts })
}

function problem(status: number): Response {
  const title = status === 403 ? 'Insufficient Scope' : 'Refused'
  const type = status === 403 ? 'https://auth0.com/api-errors/A0E-403-0001' : 'about:blank'
  return Response.json({ type, title, status, detail: 'A refusal' }, { status })
}
