// The same application on each of the three: a login for an API, the API's token, and a third party's token.
import { ServerClient } from '@connected-accounts/server'
import { appUrl, callbackUrl, headersOf, keepCookies } from './browser.mjs'

const secret = 'a'.repeat(64)
const audience = 'https://api.example.test/'
const scope = 'openid profile email offline_access read:calendar'
const connection = 'google-oauth2'

/** Ours. */
export function createOurs({ url, client }) {
  const server = new ServerClient({
    domain: url,
    ...client,
    secret,
    authorizationParams: { redirect_uri: callbackUrl, audience, scope },
  })
  const answer = async (cookies, work) => {
    const request = new Request(callbackUrl, { headers: headersOf(cookies) })
    const response = { headers: new Headers() }
    const given = await work({ request, response })
    keepCookies(cookies, response.headers)
    return given
  }
  return {
    start: (cookies) => answer(cookies, (store) => server.startInteractiveLogin({}, store)),
    complete: (cookies, callback) =>
      answer(cookies, (store) => server.completeInteractiveLogin(callback, store)),
    accessToken: async (cookies) =>
      (await answer(cookies, (store) => server.getAccessToken({}, store))).accessToken,
    connectionToken: async (cookies) =>
      (await answer(cookies, (store) => server.getAccessTokenForConnection({ connection }, store)))
        .accessToken,
  }
}

/** auth0-server-js with its stores that keep everything in cookies. */
export function createServerJs({ url, client }, sdk) {
  const handler = {
    getCookies: ({ cookies }) => Object.fromEntries(cookies),
    getCookie: (name, { cookies }) => cookies.get(name),
    setCookie: (name, value, _options, { cookies }) => cookies.set(name, value),
    deleteCookie: (name, { cookies }) => cookies.delete(name),
  }
  const server = new sdk.ServerClient({
    domain: url,
    ...client,
    authorizationParams: { redirect_uri: callbackUrl, audience, scope },
    transactionStore: new sdk.CookieTransactionStore({ secret }, handler),
    stateStore: new sdk.StatelessStateStore({ secret }, handler),
  })
  return {
    start: async (cookies) => (await server.startInteractiveLogin({}, { cookies })).href,
    complete: (cookies, callback) => server.completeInteractiveLogin(callback, { cookies }),
    accessToken: async (cookies) => (await server.getAccessToken({ cookies })).accessToken,
    connectionToken: async (cookies) =>
      (await server.getAccessTokenForConnection({ connection }, { cookies })).accessToken,
  }
}

/** nextjs-auth0 as its proxy runs it, without the Next.js around it. */
export function createNextjs({ url, client }, { Auth0Client, NextRequest, NextResponse }) {
  const auth0 = new Auth0Client({
    domain: url,
    ...client,
    secret,
    appBaseUrl: appUrl,
    allowInsecureRequests: true, // or it refuses localhost
    authorizationParameters: { audience, scope },
  })
  const requestOf = (cookies, target) => new NextRequest(target, { headers: headersOf(cookies) })
  const visit = async (cookies, target) => {
    const response = await auth0.middleware(requestOf(cookies, target))
    keepCookies(cookies, response.headers)
    return response.headers.get('location')
  }
  const call = async (cookies, work) => {
    const response = new NextResponse()
    const { token } = await work(requestOf(cookies, appUrl), response)
    keepCookies(cookies, response.headers)
    return token
  }
  return {
    start: (cookies) => visit(cookies, `${appUrl}/auth/login`),
    complete: (cookies, callback) => visit(cookies, callback),
    accessToken: (cookies) => call(cookies, (...both) => auth0.getAccessToken(...both)),
    connectionToken: (cookies) =>
      call(cookies, (...both) => auth0.getAccessTokenForConnection({ connection }, ...both)),
  }
}
