// Requests that cost a stranger nothing but bytes, for each route: a plain one, and hostile ones of any size.
import { appUrl } from './browser.mjs'

/** A value that looks like a sealed cookie, so that only the decryption finds out that it is none. */
const sealed = (bytes) => {
  const header = Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString('base64url')
  return `${header}..${'A'.repeat(16)}.${'A'.repeat(Math.max(0, bytes - 90))}.${'A'.repeat(22)}`
}

/** Repeats parts until they have this many bytes. */
const repeat = (bytes, part) => {
  let text = ''
  for (let index = 0; text.length < bytes; index += 1) text += part(index)
  return text
}

/** Cookie headers. The first has 1,444 names at 16 KB. */
const cookies = {
  'names of our flows': (bytes) => repeat(bytes, (n) => `ca_tx.${n}=; `),
  'names of our logins': (bytes) => repeat(bytes, (n) => `ca_tx.login.${n}=a; `),
  'pieces of a session': (bytes) => repeat(bytes, (n) => `ca_session.${n}=A; `),
  'one name, again and again': (bytes) => repeat(bytes, () => 'ca_session.0=A; '),
  'a session of many bytes': (bytes) => `ca_session.0=${sealed(bytes)}`,
  'a flow of many bytes': (bytes) => `ca_tx.login.a=${sealed(bytes)}`,
  'names of others': (bytes) => repeat(bytes, (n) => `x${n}=; `),
  'no names': (bytes) => ';'.repeat(bytes),
}

/** Queries, without the question mark. */
const queries = {
  'a long returnTo': (bytes) => `returnTo=/${'A'.repeat(bytes)}`,
  'a long state': (bytes) => `code=a&state=login.${'A'.repeat(bytes)}`,
  'many states': (bytes) => repeat(bytes, (n) => `state=login.${n}&`),
  'many parameters': (bytes) => repeat(bytes, (n) => `p${n}=&`),
  'percent signs': (bytes) => `returnTo=/${'%'.repeat(bytes)}`,
}

const urlencoded = 'application/x-www-form-urlencoded'

/** Bodies and their types. */
const forms = {
  'one long field': (bytes) => [urlencoded, `returnTo=/${'A'.repeat(bytes - 20)}`],
  'many fields': (bytes) => [urlencoded, repeat(bytes - 20, (n) => `f${n}=&`)],
  'many scopes': (bytes) => [urlencoded, repeat(bytes - 20, () => 'scopes=a&')],
  'percent signs': (bytes) => [urlencoded, `returnTo=/${'%'.repeat(bytes - 20)}`],
  'many parts': (bytes) => [
    'multipart/form-data; boundary=b',
    `${repeat(bytes - 90, () => '--b\r\ncontent-disposition: form-data; name="scopes"\r\n\r\na\r\n')}--b--\r\n`,
  ],
  'no form': (bytes) => ['multipart/form-data; boundary=b', '-'.repeat(bytes - 20)],
}

const prefetches = {
  'a prefetch of the browser': { 'sec-purpose': 'prefetch;prerender', purpose: 'prefetch' },
  'a prefetch of Next.js': { 'next-router-prefetch': '1', rsc: '1' },
}

const paths = {
  login: '/auth/login?returnTo=/settings',
  callback: '/auth/callback?code=a&state=login.a',
  'connect callback': '/auth/callback?connect_code=a&state=connect.a',
  accounts: '/auth/me/v1/connected-accounts/accounts',
}

/** For each route: a request that is plain, and functions from a size in bytes to a hostile one. */
export function hostileRoutes() {
  return {
    login: get('login', { queries: ['a long returnTo', 'many parameters', 'percent signs'] }),
    callback: get('callback', { queries: ['a long state', 'many states', 'many parameters'] }),
    'connect callback': get('connect callback', { queries: ['many states'] }),
    accounts: get('accounts', { queries: ['many parameters'] }),
    logout: post('/auth/logout', 'returnTo=/'),
    connect: post('/auth/connect', 'connection=github'),
  }
}

/** Requests that a browser sends on its own, for the login, which must not cost more than a plain one. */
export function prefetchRequests() {
  return entriesOf(prefetches, (headers) => () => toRequest(paths.login, { headers }))
}

/** A request of a browser with these cookies. */
export function readAccounts(cookie) {
  return toRequest(paths.accounts, { headers: { cookie } })
}

function get(name, { queries: names }) {
  const path = paths[name]
  const [pathname] = path.split('?')
  const chosen = Object.fromEntries(names.map((each) => [each, queries[each]]))
  return {
    plain: () => toRequest(path, {}),
    hostile: {
      ...withCookies((headers) => toRequest(path, { headers })),
      ...entriesOf(chosen, (query) => (bytes) => toRequest(`${pathname}?${query(bytes)}`, {})),
    },
  }
}

function post(path, plainForm) {
  const send = (type, body, headers) =>
    toRequest(path, {
      method: 'POST',
      headers: { origin: appUrl, 'content-type': type, ...headers },
      body,
    })
  return {
    plain: () => send(urlencoded, plainForm),
    hostile: {
      ...withCookies((headers) => send(urlencoded, plainForm, headers)),
      ...entriesOf(forms, (form) => (bytes) => send(...form(bytes))),
    },
  }
}

function withCookies(send) {
  return entriesOf(cookies, (cookie) => (bytes) => send({ cookie: cookie(bytes) }))
}

function entriesOf(record, work) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, work(value)]))
}

function toRequest(path, init) {
  return new Request(appUrl + path, init)
}
