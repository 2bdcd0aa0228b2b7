import fc from 'fast-check'
import type { Loot, TenantState } from './fuzz-world.js'

const ORIGIN = 'http://localhost:3000'
const ACCOUNTS = '/me/v1/connected-accounts/accounts'

type Pair = [string, string]

/** A request that can still be changed. */
interface Draft {
  method: string
  path: string
  query: Pair[]
  headers: Record<string, string>
  cookies: Pair[]
  body: string
}

/** One random choice. Its numbers choose among the things of a {@link Loot}, which is another one each time. */
export interface FuzzRequest {
  operation: string
  cookies: keyof Loot['cookies']
  at: number
  headers: number
  tenant: TenantState
  mutations: { kind: string; at: number; text: string }[]
}

const form = 'application/x-www-form-urlencoded'
const pick = <T>(list: readonly T[], at: number, fallback: T): T =>
  list[at % list.length] ?? fallback

function callback(url: string): Partial<Draft> {
  const { pathname, searchParams } = new URL(url)
  return { path: pathname, query: [...searchParams] }
}

/** Requests that are valid in form, of every route. */
const operations: Record<string, (loot: Loot, at: number) => Partial<Draft>> = {
  login: () => ({ path: '/login', query: [['returnTo', '/settings']] }),
  callback: ({ loginCallbacks }, at) => callback(pick(loginCallbacks, at, ORIGIN)),
  'connect callback': ({ connectCallbacks }, at) => callback(pick(connectCallbacks, at, ORIGIN)),
  accounts: (_, at) => ({
    path: ACCOUNTS,
    query: pick<Pair[]>([[], [['take', '1']], [['connection', 'github']]], at, []),
  }),
  connections: () => ({ path: '/me/v1/connected-accounts/connections' }),
  delete: ({ accountIds }, at) => ({
    method: 'DELETE',
    path: `${ACCOUNTS}/${pick([...accountIds, 'cac_0'], at, '')}`,
  }),
  'api connect': () => ({
    method: 'POST',
    path: '/me/v1/connected-accounts/connect',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      connection: 'github',
      redirect_uri: `${ORIGIN}/callback`,
      state: 's',
      code_challenge: 'A'.repeat(43),
      code_challenge_method: 'S256',
    }),
  }),
  'api complete': () => ({
    method: 'POST',
    path: '/me/v1/connected-accounts/complete',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth_session: 'a',
      connect_code: 'b',
      redirect_uri: `${ORIGIN}/callback`,
      code_verifier: 'A'.repeat(43),
    }),
  }),
  connect: (_, at) => ({
    method: 'POST',
    path: '/connect',
    headers: { 'content-type': form },
    body: pick(
      [
        'connection=github&returnTo=%2Fsettings',
        'connection=google-oauth2&scopes=openid&scopes=email&prompt=consent&login_hint=a%40b.example',
        'connection=acme&max_age=60&ui_locales=en&access_type=offline&display=page',
        'connection=of-nobody',
      ],
      at,
      '',
    ),
  }),
  logout: () => ({
    method: 'POST',
    path: '/logout',
    headers: { 'content-type': form },
    body: 'returnTo=%2F',
  }),
  'back-channel logout': ({ logoutTokens }, at) => ({
    method: 'POST',
    path: '/backchannel-logout',
    headers: { 'content-type': form },
    body: `logout_token=${pick(logoutTokens, at, '')}`,
  }),
}

/** Operations that end the session of their browser, so that later requests would find none. */
const ending = ['logout', 'callback']

const headerSets: Record<string, string>[] = [
  { 'sec-fetch-site': 'same-origin' },
  { origin: ORIGIN, accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
  { origin: ORIGIN, accept: 'application/json', 'accept-language': 'de' },
  { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', accept: 'text/html' },
  { origin: 'null', accept: '*/*' },
  { 'sec-fetch-site': 'same-origin', 'sec-purpose': 'prefetch', purpose: 'prefetch' },
  { 'sec-fetch-site': 'none', 'next-router-prefetch': '1', rsc: '1', accept: 'text/x-component' },
  { origin: ORIGIN, 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' },
  { 'sec-fetch-site': 'same-origin', authorization: 'Bearer x', dpop: 'x', 'if-none-match': '*' },
]

const methods = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'QUERY', 'get', 'X']
const paths = [
  '/login',
  '/callback',
  '/connect',
  '/logout',
  '/backchannel-logout',
  ACCOUNTS,
  '/me/v1/',
  '/',
]
const types = [
  form,
  'application/json',
  'multipart/form-data; boundary=b',
  'text/plain',
  'a/b;charset=x',
  '',
]
const names = ['accept', 'origin', 'content-type', 'content-length', 'range', 'host']
const parameters = [
  'state',
  'code',
  'iss',
  'error',
  'error_description',
  'connect_code',
  'returnTo',
  'take',
  'from',
]

/** Returns the parts of a draft that are replaced. */
type Mutate = (draft: Draft, at: number, text: string, loot: Loot) => Partial<Draft>

const cut = (value: string, at: number) => value.slice(0, at % (value.length + 1))
const flip = (value: string, at: number) => {
  const index = at % (value.length || 1)
  return value.slice(0, index) + (value[index] === 'A' ? 'B' : 'A') + value.slice(index + 1)
}
/** Returns pairs of which one has another value. */
const changed = (pairs: Pair[], at: number, to: (value: string, at: number) => string) =>
  pairs.map(
    ([name, value], index): Pair => [name, index === at % pairs.length ? to(value, at) : value],
  )
const without = (pairs: Pair[], at: number) =>
  pairs.filter((_, index) => index !== at % pairs.length)
const others = ({ cookies }: Loot) => Object.values(cookies).flat()

const mutations: Record<string, Mutate> = {
  method: (_, at) => ({ method: pick(methods, at, 'GET') }),
  path: (_, at) => ({ path: pick(paths, at, '/') }),
  'path and more': ({ path }, _, text) => ({ path: path + text }),
  'parameter dropped': ({ query }, at) => ({ query: without(query, at) }),
  'parameter twice': ({ query }, at) => ({ query: [...query, ...query.slice(at % 3)] }),
  'parameter changed': ({ query }, at, text) => ({ query: changed(query, at, () => text) }),
  'parameter cut': ({ query }, at) => ({ query: changed(query, at, cut) }),
  'parameter flipped': ({ query }, at) => ({ query: changed(query, at, flip) }),
  'parameter added': ({ query }, at, text) => ({
    query: [...query, [pick(parameters, at, ''), text]],
  }),
  'origin dropped': ({ headers: { origin, ...headers } }) => ({ headers }),
  'type changed': ({ headers }, at) => ({
    headers: { ...headers, 'content-type': pick(types, at, '') },
  }),
  'header changed': ({ headers }, at, text) => ({
    headers: { ...headers, [pick(names, at, 'x')]: text },
  }),
  'cookie dropped': ({ cookies }, at) => ({ cookies: without(cookies, at) }),
  'cookie changed': ({ cookies }, at, text) => ({ cookies: changed(cookies, at, () => text) }),
  'cookie cut': ({ cookies }, at) => ({ cookies: changed(cookies, at, cut) }),
  'cookie flipped': ({ cookies }, at) => ({ cookies: changed(cookies, at, flip) }),
  'cookies twice': ({ cookies }, at) => ({ cookies: [...cookies, ...cookies.slice(at % 3)] }),
  'cookies reversed': ({ cookies }) => ({ cookies: cookies.toReversed() }),
  'cookies of others': ({ cookies }, at, _, loot) => ({
    cookies: [...cookies, ...others(loot).slice(at % 9)],
  }),
  'cookies of others first': ({ cookies }, at, _, loot) => ({
    cookies: [...others(loot).slice(at % 9), ...cookies],
  }),
  'value of another cookie': ({ cookies }, at, _, loot) => ({
    cookies: changed(cookies, at, () => pick<Pair>(others(loot), at >> 3, ['', ''])[1]),
  }),
  'cookie added': ({ cookies }, at, text) => ({
    cookies: [
      ...cookies,
      [pick(['ca_session.0', 'ca_session.1', 'ca_tx.login.a', text], at, ''), text],
    ],
  }),
  'many cookies': ({ cookies }, at, text) => ({
    cookies: [
      ...cookies,
      ...Array.from(
        { length: at % 300 },
        (_, n): Pair => [`ca_tx.${n}${text.slice(0, 20)}`, 'x'.repeat(at % 40)],
      ),
    ],
  }),
  'body dropped': () => ({ body: '' }),
  'body cut': ({ body }, at) => ({ body: cut(body, at) }),
  'body flipped': ({ body }, at) => ({ body: flip(body, at) }),
  'body twice': ({ body }) => ({ body: `${body}&${body}` }),
  'body and more': ({ body }, _, text) => ({ body: body + text }),
  'body large': ({ body }, at) => ({ body: body + 'x'.repeat(at % 70_000) }),
  'body replaced': (_, __, text) => ({ body: text }),
}

const odd = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom(
    ...[
      '',
      ' ',
      '%',
      '%zz',
      '%00',
      '%ff',
      '..',
      '%2e%2e/',
      '//evil.example',
      '/\\evil.example',
      '\\',
      ';',
      '=',
      '&',
      ',',
    ],
    ...[
      'javascript:alert(1)',
      'http://localhost:3000/x',
      'login.',
      'connect.',
      'connect.popup.a',
      '__proto__',
      'null',
    ],
    ...[
      '&scopes=a',
      '&connection=github',
      '&prompt=login',
      '&max_age=x',
      '{',
      '[]',
      '{"connection":1}',
      '-1',
      '1e9',
    ],
    ...['x'.repeat(5000), '😀'.repeat(400), '\0', '\r\nset-cookie: a=b'],
  ),
)

const half = [...Array<number>(3).fill(0), 1, 2, 3]

export const fuzzRequest: fc.Arbitrary<FuzzRequest> = fc.record({
  operation: fc.constantFrom(...Object.keys(operations)),
  cookies: fc.constantFrom('reads', 'reads', 'rereads', 'leaves', 'nobody'),
  at: fc.nat(100_000),
  headers: fc.oneof(
    { weight: 2, arbitrary: fc.nat(2) },
    { weight: 1, arbitrary: fc.nat(headerSets.length - 1) },
  ),
  tenant: fc.constantFrom(
    ...Array<TenantState>(40).fill('fine'),
    ...(['away', 'broken', 'empty', 'busy'] as const),
  ),
  mutations: fc.constantFrom(...half).chain((count) =>
    fc.array(
      fc.record({
        kind: fc.constantFrom(...Object.keys(mutations)),
        at: fc.nat(100_000),
        text: odd,
      }),
      { minLength: count, maxLength: count },
    ),
  ),
})

/** Makes the request, with the things of an attacker. Undefined if no `Request` can be like that. */
export function toRequest(fuzz: FuzzRequest, loot: Loot): Request | undefined {
  const isEnding = ending.includes(fuzz.operation) && fuzz.cookies !== 'nobody'
  const operation = operations[fuzz.operation]?.(loot, fuzz.at)
  let draft: Draft = {
    ...{ method: 'GET', path: '/', query: [], body: '' },
    ...operation,
    headers: { ...operation?.headers, ...headerSets[fuzz.headers] },
    cookies: loot.cookies[isEnding ? 'leaves' : fuzz.cookies],
  }
  for (const { kind, at, text } of fuzz.mutations) {
    draft = { ...draft, ...mutations[kind]?.(draft, at, text, loot) }
  }
  const cookie = draft.cookies.map((pair) => pair.join('=')).join('; ')
  const headers = Object.entries({ ...draft.headers, ...(cookie && { cookie }) })
  const query = String(new URLSearchParams(draft.query))
  const hasBody = draft.method.toUpperCase() !== 'GET' && draft.method !== 'HEAD'
  try {
    return new Request(ORIGIN + draft.path + (query && `?${query}`), {
      method: draft.method,
      headers: headers.map(([name, value]) => [
        name,
        value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').trim(),
      ]),
      ...(hasBody && { body: draft.body }),
    })
  } catch {
    return undefined
  }
}
