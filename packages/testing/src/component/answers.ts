import type { State } from './states.js'

/** A day: how long a flow and an undo stay as they are, so that a person can look at them. */
const DAY = 86_400

/** Returns how long a disconnect can be undone in a state, in milliseconds: not at all if the state is about its end. */
export function undoTime({ remove }: State): number {
  return remove === undefined ? DAY * 1000 : 1
}

/** Responds as the My Account API does in a state. What the person does changes a copy of the state. */
export function createAnswers(state: State): (request: Request) => Promise<Response> {
  const { list, remove = 204, start = 201, flow } = state
  let accounts = state.accounts ?? []
  return async ({ url, method }) => {
    const { pathname } = new URL(url)
    if (pathname.endsWith('/connections')) {
      const names = state.offered ?? ['google-oauth2', 'github', 'acme']
      return Response.json({ connections: names.map((name) => ({ name, strategy: name })) })
    }
    if (pathname.endsWith('/connect')) return start === 201 ? startFlow() : problem(start)
    if (pathname.endsWith('/complete')) {
      const completed = flow?.completes
      if (typeof completed !== 'object') return new Promise(() => undefined)
      accounts = [...accounts, completed]
      return Response.json(completed, { status: 201 })
    }
    if (method === 'DELETE') {
      if (remove !== 204) return problem(remove)
      accounts = accounts.filter(({ id }) => id !== pathname.split('/').at(-1))
      return new Response(null, { status: 204 })
    }
    if (list === 'pending') return new Promise(() => undefined)
    return list === undefined ? Response.json({ accounts }) : problem(list)
  }
}

function startFlow(): Response {
  const flow = { auth_session: 'a-session', expires_in: DAY, connect_params: { ticket: 'one' } }
  return Response.json({ connect_uri: 'https://tenant.example/connect', ...flow }, { status: 201 })
}

function problem(status: number): Response {
  const title = status === 403 ? 'Insufficient Scope' : 'Refused'
  const type = status === 403 ? 'https://auth0.com/api-errors/A0E-403-0001' : 'about:blank'
  return Response.json({ type, title, status, detail: 'A refusal' }, { status })
}
