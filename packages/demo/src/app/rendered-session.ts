import {
  createConnectedAccountsClient,
  type Fetch,
  isConnectCallback,
} from '@connected-accounts/client'
import type { DehydratedState } from '@tanstack/react-query'
import type { Person, Session } from './session.js'

/** Path of the page that is rendered on a server, before those of its routes. */
export const RENDERED_PATH = '/server'

/** What a rendered page is made of, on the server and in the browser; survives JSON. */
export interface RenderedState {
  origin: string
  user?: Person | undefined
  /** The code of the error with which a login came back. */
  loginError?: string | undefined
  isConnecting: boolean
  queries?: DehydratedState | undefined
}

/** The session of a page whose tokens a server keeps. */
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
    isConnecting,
    loginError: loginError && Object.assign(new Error(loginError), { error: loginError }),
    login: async () => {
      const returnTo = encodeURIComponent(pathToKeep())
      window.location.assign(`${base}/auth/login?returnTo=${returnTo}`)
    },
    logout: async () => post(`${base}/auth/logout`, { returnTo: RENDERED_PATH }),
  }
}

/** A connect flow whose callback finds nobody logged in goes on after the login. */
function pathToKeep(): string {
  const { href, pathname, search } = window.location
  return isConnectCallback(href) ? pathname + search : RENDERED_PATH
}

/** Leaves the page as the form of an application does. */
function post(action: string, fields: Record<string, string>): void {
  const form = Object.assign(document.createElement('form'), { action, method: 'post' })
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }))
  }
  document.body.append(form)
  form.submit()
}
