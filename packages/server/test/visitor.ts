import type { Emulator } from '@connected-accounts/emulator'
import { browse, type ConsentAnswer } from '@connected-accounts/testing/person/consent'
import { type Browser, createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { ServerClient, type ServerClientOptions, type StoreOptions } from '../src/index.js'

/** Where the tests let the emulator send the browser back to. Nothing listens there. */
export const redirectUri = 'http://localhost:3000/callback'

export const secret = 'a secret of more than thirty-two bytes'

/** The application `web` on this emulator. */
export function createServer(
  { domain, clients }: Pick<Emulator, 'domain' | 'clients'>,
  options: Partial<ServerClientOptions> = {},
): ServerClient {
  return new ServerClient({
    domain,
    ...clients.web,
    secret,
    authorizationParams: { redirect_uri: redirectUri },
    ...options,
  } as ServerClientOptions) // a part of it has lost which of clientSecret and privateKey there is
}

/** A browser that keeps the application's cookies, and the person in front of it. */
export interface Visitor {
  /** The application's cookies. */
  cookies: Map<string, string>
  /** Answers one request of this browser, and keeps the cookies of the answer. */
  request<T>(work: (storeOptions: StoreOptions) => Promise<T>): Promise<T>
  /** The `Set-Cookie` lines of the last answer, and its other headers. */
  lastHeaders: Headers
  /** Logs in at the tenant and gives the URL that the browser comes back to. */
  logIn(url: string, email?: string): Promise<URL>
  /** Visits a page of the tenant, such as its logout. */
  visit(url: string): Promise<void>
  /** Allows or refuses at the third party and gives the URL that the browser comes back to. */
  connect(url: string, answer?: ConsentAnswer): Promise<URL>
}

/** A new browser. */
export function createVisitor(origin: string): Visitor {
  const tenant: Browser = createBrowser(origin)
  const visitor: Visitor = {
    cookies: new Map(),
    lastHeaders: new Headers(),
    async request(work) {
      const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
      const headers = new Headers(cookie ? { cookie } : {})
      const response = { headers: new Headers() }
      try {
        return await work({ request: new Request(redirectUri, { headers }), response })
      } finally {
        visitor.lastHeaders = response.headers
        keepCookies(visitor.cookies, response.headers)
      }
    },
    async logIn(url, email = 'alice@example.test') {
      const page = await tenant.visit(url)
      if (!page.page) return page.url
      let last = await tenant.submit(page, { username: email, password: 'password' })
      if (last.page?.html.includes('document.forms[0].submit()'))
        last = await tenant.submit(last, {})
      return last.url
    },
    async visit(url) {
      await tenant.visit(url)
    },
    connect: (url, answer = {}) =>
      browse((request) => fetch(request, { redirect: 'manual' }), url, {
        ...answer,
        stop: (location) => !location.startsWith(origin),
      }),
  }
  return visitor
}

/** Keeps the cookies of an answer. */
export function keepCookies(cookies: Map<string, string>, headers: Headers): void {
  for (const line of headers.getSetCookie()) {
    const [pair = '', ...attributes] = line.split('; ')
    const at = pair.indexOf('=')
    if (attributes.includes('Max-Age=0')) cookies.delete(pair.slice(0, at))
    else cookies.set(pair.slice(0, at), pair.slice(at + 1))
  }
}

/** A new browser in which a user, by default Alice, is logged in. */
export async function loggedIn(
  server: ServerClient,
  origin: string,
  { email, scope, audience }: { email?: string; scope?: string; audience?: string } = {},
): Promise<Visitor> {
  const visitor = createVisitor(origin)
  const authorizationParams = { scope, audience }
  const url = await visitor.request((store) =>
    server.startInteractiveLogin({ authorizationParams }, store),
  )
  const callbackUrl = await visitor.logIn(url, email)
  await visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store))
  return visitor
}

/** What a promise rejects with; throws where it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('It did not reject')
}
