import {
  createConnectedAccountsClient,
  type Fetch,
  identifyAt,
  isConnectCallback,
} from '@connected-accounts/client'
import type { DehydratedState } from '@tanstack/react-query'
import { RENDERED_PATH, STATES_PATH } from './pages.js'
import type { Person, Session } from './session.js'

/** The state of a rendered page, on the server and in the browser. It is sent as JSON. */
export interface RenderedState {
  origin: string
  user?: Person | undefined
  /** The error code of a failed login. */
  loginError?: string | undefined
  isConnecting: boolean
  queries?: DehydratedState | undefined
}

/** Creates the session of a page whose tokens are on the server. */
export function renderedSession(
  { origin, user, loginError, isConnecting }: RenderedState,
  send: Fetch = (request) => fetch(request),
): Session {
  const base = origin + RENDERED_PATH
  return {
    user,
    client: createConnectedAccountsClient({ baseUrl: `${base}/auth/me/v1`, fetch: send }),
    apiFetch: (path, init) => send(new Request(base + path, init)),
    redirectUri: base,
    home: RENDERED_PATH,
    pages: ['/', STATES_PATH],
    identify: identifyAt(`${base}/auth/accounts`),
    isConnecting,
    loginError: loginError && Object.assign(new Error(loginError), { error: loginError }),
    login: async () => {
      const returnTo = encodeURIComponent(pathToKeep())
      window.location.assign(`${base}/auth/login?returnTo=${returnTo}`)
    },
    logout: async () => post(`${base}/auth/logout`, { returnTo: RENDERED_PATH }),
  }
}

/** Returns the path to open after the login. The callback of a connect flow is kept, so that the flow continues. */
function pathToKeep(): string {
  const { href, pathname, search } = window.location
  return isConnectCallback(href) ? pathname + search : RENDERED_PATH
}

/** Leaves the page by submitting a form. */
function post(action: string, fields: Record<string, string>): void {
  const form = Object.assign(document.createElement('form'), { action, method: 'post' })
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }))
  }
  document.body.append(form)
  form.submit()
}
