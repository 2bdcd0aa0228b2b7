import { expect, test } from 'vitest'
import { createCookieJar } from '../src/cookies/cookie-jar.js'
import { createSeal } from '../src/cookies/seal.js'
import { createSessionCookie } from '../src/cookies/session-cookie.js'
import { createTransactions, isFlowRemoval } from '../src/cookies/transaction-cookies.js'
import { keepCookies } from './visitor.js'

const seal = createSeal('a secret of more than thirty-two bytes')
const url = new URL('http://localhost:3000/callback')
const inTwoMinutes = () => ({ expiresAt: Date.now() + 120_000 })

/** A browser: each `answer` is one request, whose cookies the browser keeps. */
function createPlainBrowser() {
  const cookies = new Map<string, string>()
  return {
    cookies,
    async answer(work: (parts: ReturnType<typeof partsOf>) => Promise<unknown>) {
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
      const response = { headers: new Headers() }
      await work(partsOf({ request: { headers: new Headers({ cookie }) }, response }))
      keepCookies(cookies, response.headers)
      return response.headers.getSetCookie()
    },
  }
}

function partsOf(options: { request: { headers: Headers }; response: { headers: Headers } }) {
  const jar = createCookieJar(options, { url })
  return {
    jar,
    transactions: createTransactions<string>(jar, seal),
    session: createSessionCookie(jar, seal),
  }
}

const lengthOf = (cookies: Map<string, string>) =>
  [...cookies].map((pair) => `${pair.join('=')}; `).join('').length

test('other flows are found by their state, those that are under way and those that have ended', async () => {
  const browser = createPlainBrowser()
  await browser.answer(({ transactions }) =>
    transactions.set('connect.ended', 'one', { ...inTwoMinutes(), isEnded: true }),
  )
  await browser.answer(({ transactions }) =>
    transactions.set('connect.pending', 'two', inTwoMinutes()),
  )
  await browser.answer(async ({ transactions }) => {
    expect(await transactions.otherFlows('connect.third')).toEqual(
      new Map([
        ['connect.ended', 'one'],
        ['connect.pending', 'two'],
      ]),
    )
    expect([...(await transactions.otherFlows('connect.ended')).keys()]).toEqual([
      'connect.pending',
    ])
  })
})

test('a flow that has ended and does not fit is forgotten, and its cookie is removed', async () => {
  const browser = createPlainBrowser()
  await browser.answer(({ transactions }) => transactions.set('connect.a', 'short', inTwoMinutes()))
  browser.cookies.set('of_the_application', 'x'.repeat(7000))
  const lines = await browser.answer(({ transactions }) =>
    transactions.set('connect.a', 'x'.repeat(1000), { ...inTwoMinutes(), isEnded: true }),
  )
  expect(lines).toHaveLength(1)
  expect([...browser.cookies.keys()]).toEqual(['of_the_application'])
})

test('a cookie that an answer sets again is not removed by it to make room', async () => {
  const browser = createPlainBrowser()
  const set = () =>
    browser.answer(({ transactions }) =>
      transactions.set('connect.a', 'x'.repeat(900), { ...inTwoMinutes(), isEnded: true }),
    )
  await browser.answer(({ transactions }) =>
    transactions.set('connect.b', 'x'.repeat(200), { ...inTwoMinutes(), isEnded: true }),
  )
  await set()
  await browser.answer(({ transactions }) => transactions.set('connect.c', 'c', inTwoMinutes()))
  browser.cookies.set('of_the_application', 'x'.repeat(7990 - lengthOf(browser.cookies)))
  const lines = await set()
  const names = lines.map((line) => line.slice(0, line.indexOf('=')))
  expect(names.toSorted()).toEqual([
    'ca-3000_tx.connect.a',
    'ca-3000_tx.ended.connect.a',
    'ca-3000_tx.ended.connect.b',
  ])
})

test('one answer removes ten flows at most to make room', async () => {
  const browser = createPlainBrowser()
  for (let index = 0; index < 60; index += 1) {
    browser.cookies.set(`ca-3000_tx.${index}`, 'x'.repeat(100))
  }
  const lines = await browser.answer(async ({ session }) => {
    expect(await session.set('x'.repeat(2000), 60)).toBe(false)
  })
  expect(lines).toEqual([])
})

test('several flows of one answer count together', async () => {
  const browser = createPlainBrowser()
  await browser.answer(async ({ transactions }) => {
    for (let flow = 0; flow < 7; flow += 1) {
      await transactions.set(`login.${flow}`, 'a login', inTwoMinutes())
    }
  })
  expect([...browser.cookies.keys()]).toEqual(
    [2, 3, 4, 5, 6].map((flow) => `ca-3000_tx.login.${flow}`),
  )
})

test('every piece of a session is removed with it, also one more than a session can have', async () => {
  const browser = createPlainBrowser()
  for (let piece = 0; piece < 4; piece += 1) browser.cookies.set(`ca-3000_session.${piece}`, 'x')
  await browser.answer(async ({ session }) => {
    expect(await session.get()).toBeUndefined()
    session.delete()
  })
  expect([...browser.cookies.keys()]).toEqual([])
})

test('only what removes a flow is the removal of a flow', () => {
  expect(isFlowRemoval('__Host-ca_tx.login.a=; Max-Age=0; Path=/')).toBe(true)
  expect(isFlowRemoval('shop.tx.login.a=; Max-Age=0; Path=/')).toBe(false)
  expect(isFlowRemoval('ca_tx.login.a=value; Max-Age=7200; Path=/')).toBe(false)
})

/** True if there is room for another cookie of 1,000 bytes when the response has set one already. */
function isRoomBeside(line: string): boolean {
  const response = { headers: new Headers({ 'set-cookie': line }) }
  const { jar } = partsOf({ request: { headers: new Headers() }, response })
  return jar.fits([{ name: 'a', value: 'x'.repeat(1000 - 'a=; '.length), maxAge: 1 }])
}

test.for([
  ['', true],
  ['x', false],
] as const)(
  'a cookie that the response has set is counted as it is sent: %o more',
  ([more, fits]) => {
    const value = `${'%20'.repeat(2330)}${more}`
    const name = 'n'.repeat(7000 - `=${value}; `.length + more.length)
    expect(isRoomBeside(`${name}=${value}`)).toBe(fits)
  },
)

test.for([
  ['Max-Age=0', true],
  ['Max-Age=1', false],
  ['Expires=Thu, 01 Jan 1970 00:00:00 GMT', true],
  ['Expires=Fri, 01 Jan 2100 00:00:00 GMT', false],
  ['Path=/', false],
] as const)('a cookie with %s leaves its room to others: %s', ([attribute, isRemoved]) => {
  expect(isRoomBeside(`large=${'x'.repeat(7500)}; ${attribute}`)).toBe(isRemoved)
})
