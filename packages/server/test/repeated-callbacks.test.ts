import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createHandler, type ServerClient, type StartConnectAccountOptions } from '../src/index.js'
import { createGate, createMachines, memoryLock, memoryStore } from './shared.js'
import { createServer, createVisitor, loggedIn, rejection, type Visitor } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

/** Two machines with sessions in cookies, which know nothing of each other, or with a store that they share. */
function createTwo(where: string, answer = (response: Response) => response) {
  const sent: string[] = []
  const send = async (request: Request) => {
    if (!request.url.endsWith('/complete')) return fetch(request)
    sent.push(request.url)
    return answer(await fetch(request))
  }
  if (where === 'a store without a lock')
    return { ...createMachines(emulator, { send, refreshTokens: 'non-rotating' }), sent }
  if (where === 'a store') return { ...createMachines(emulator, { send }), sent }
  const create = () => createServer(emulator, { fetch: send })
  return { one: create(), other: create(), sent }
}

/** Starts a connect flow and comes back from the provider. */
async function comeBack(
  server: ServerClient,
  visitor: Visitor,
  options: Partial<StartConnectAccountOptions> = {},
): Promise<URL> {
  const url = await visitor.request((store) =>
    server.startConnectAccount({ connection: 'github', ...options }, store),
  )
  return visitor.connect(url)
}

const complete = (server: ServerClient, visitor: Visitor, callbackUrl: URL) =>
  visitor.request((store) => server.completeConnectAccount(callbackUrl, store))

/** The same browser, if the next answer to it is lost. */
const copyOf = (visitor: Visitor): Visitor =>
  Object.assign(createVisitor(emulator.url), { cookies: new Map(visitor.cookies) })

/** Connects another account of the user, as another device does. */
const connectElsewhere = () => emulator.seed([{ user_id: 'auth0|alice', connection: 'github' }])

describe.for(['cookies', 'a store'])(
  'a connect callback whose answer was lost, with sessions in %s',
  (where) => {
    test('gets the account when it comes again, and after that, and completes the flow once', async () => {
      const { one, other, sent } = createTwo(where)
      const visitor = await loggedIn(one, emulator.url)
      const callbackUrl = await comeBack(one, visitor, { appState: 'kept' })
      const { account } = await complete(one, copyOf(visitor), callbackUrl)
      for (const machine of [one, one, other]) {
        const completed = await complete(machine, visitor, callbackUrl)
        expect(completed).toMatchObject({ account: { id: account.id }, appState: 'kept' })
      }
      expect(sent).toHaveLength(1)
    })

    test('gets the account if this was connected before', async () => {
      const { one } = createTwo(where)
      const visitor = await loggedIn(one, emulator.url)
      const first = await complete(one, visitor, await comeBack(one, visitor))
      const callbackUrl = await comeBack(one, visitor)
      await complete(one, copyOf(visitor), callbackUrl)
      const { account } = await complete(one, visitor, callbackUrl)
      expect(account.id).toBe(first.account.id)
    })

    test('gets its own account if another one is new', async () => {
      const { one } = createTwo(where)
      const visitor = await loggedIn(one, emulator.url)
      const callbackUrl = await comeBack(one, visitor)
      const { account } = await complete(one, copyOf(visitor), callbackUrl)
      await connectElsewhere()
      expect(await complete(one, visitor, callbackUrl)).toMatchObject({
        account: { id: account.id },
      })
    })

    test('gets the account if the accounts could not be listed at the start', async () => {
      const { one } = createTwo(where)
      const visitor = await loggedIn(one, emulator.url)
      emulator.failNext('getConnectedAccounts', { status: 503 })
      const callbackUrl = await comeBack(one, visitor)
      const { account } = await complete(one, copyOf(visitor), callbackUrl)
      expect(await complete(one, visitor, callbackUrl)).toMatchObject({
        account: { id: account.id },
      })
    })

    test('gets its own account if two flows were at once and lost both answers', async () => {
      const { one } = createTwo(where)
      const visitor = await loggedIn(one, emulator.url)
      const callbackUrls = [
        await comeBack(one, visitor),
        await comeBack(one, visitor, { authorizationParams: { login_hint: 'another' } }),
      ]
      for (const callbackUrl of callbackUrls) {
        const { account } = await complete(one, copyOf(visitor), callbackUrl)
        const again = await complete(one, copyOf(visitor), callbackUrl)
        expect(again.account.id).toBe(account.id)
      }
    })

    test('is completed once if both requests come at once, and both get the account', async () => {
      const { one, sent } = createTwo(where)
      const visitor = await loggedIn(one, emulator.url)
      const callbackUrl = await comeBack(one, visitor)
      const completed = await Promise.all(
        [1, 2].map(() => complete(one, copyOf(visitor), callbackUrl)),
      )
      expect(completed[0]?.account).toEqual(completed[1]?.account)
      expect(sent).toHaveLength(1)
    })

    test('shows the refusal again if the person refused', async () => {
      const { one } = createTwo(where)
      const visitor = await loggedIn(one, emulator.url)
      const url = await visitor.request((store) =>
        one.startConnectAccount({ connection: 'github' }, store),
      )
      const callbackUrl = await visitor.connect(url, { decision: 'cancel' })
      for (const browser of [copyOf(visitor), visitor]) {
        const error = await rejection(complete(one, browser, callbackUrl))
        expect(error).toMatchObject({ code: 'access_denied' })
      }
    })
  },
)

describe.for([
  ['a store', true],
  ['cookies', false],
] as const)('on another machine, with sessions in %s', ([where, isShared]) => {
  /** What the person gets if the list of accounts cannot tell. */
  const accountOrUnknown = (id: string) =>
    isShared ? { account: { id } } : { code: 'outcome_unknown' }

  /** Completes a flow at one machine, loses the answer, and sends the callback to the other one, twice. */
  async function repeat(
    { one, other }: ReturnType<typeof createTwo>,
    callbackUrl: URL,
    visitor: Visitor,
  ) {
    const { account } = await complete(one, copyOf(visitor), callbackUrl)
    return {
      id: account.id,
      repeatTwice: async (expected: object) => {
        for (let load = 0; load < 2; load += 1) {
          const result = complete(other, visitor, callbackUrl).catch((error: unknown) => error)
          expect(await result).toMatchObject(expected)
        }
      },
    }
  }

  test('a lost connect callback gets the only account that is new', async () => {
    const two = createTwo(where)
    const visitor = await loggedIn(two.one, emulator.url)
    const { id, repeatTwice } = await repeat(two, await comeBack(two.one, visitor), visitor)
    await repeatTwice({ account: { id } })
  })

  test('a lost connect callback is never just refused if the account was connected before', async () => {
    const two = createTwo(where)
    const visitor = await loggedIn(two.one, emulator.url)
    await complete(two.one, visitor, await comeBack(two.one, visitor))
    const { id, repeatTwice } = await repeat(two, await comeBack(two.one, visitor), visitor)
    await repeatTwice(accountOrUnknown(id))
  })

  test('a lost connect callback is never just refused if another account is new', async () => {
    const two = createTwo(where)
    const visitor = await loggedIn(two.one, emulator.url)
    const { id, repeatTwice } = await repeat(two, await comeBack(two.one, visitor), visitor)
    await connectElsewhere()
    await repeatTwice(accountOrUnknown(id))
  })

  test('a lost connect callback is never just refused if the accounts could not be listed', async () => {
    const two = createTwo(where)
    const visitor = await loggedIn(two.one, emulator.url)
    emulator.failNext('getConnectedAccounts', { status: 503 })
    const { id, repeatTwice } = await repeat(two, await comeBack(two.one, visitor), visitor)
    await repeatTwice(accountOrUnknown(id))
  })

  test('a connect callback that is refused does not get the account of another flow that was lost', async () => {
    const two = createTwo(where)
    const visitor = await loggedIn(two.one, emulator.url)
    const refused = await comeBack(two.one, visitor)
    refused.searchParams.set('connect_code', 'wrong')
    const lost = await comeBack(two.one, visitor)
    await complete(two.one, copyOf(visitor), lost)
    const error = await rejection(complete(two.other, visitor, refused))
    expect(error).toMatchObject(isShared ? { status: 400 } : { code: 'outcome_unknown' })
  })
})

describe('with sessions in a store', () => {
  test('a connect callback that two machines get at once is completed once', async () => {
    const gate = createGate()
    const store = memoryStore().keyv
    const lock = memoryLock()
    const sent: string[] = []
    const send = async (request: Request) => {
      if (request.url.endsWith('/complete')) {
        sent.push(request.url)
        await gate.pass()
      }
      return fetch(request)
    }
    const { one } = createMachines(emulator, { store, lock, send })
    const hasty = createMachines(emulator, { store, lock, send, patience: 1000 }).one
    const visitor = await loggedIn(one, emulator.url)
    const callbackUrl = await comeBack(one, visitor)
    const first = complete(one, copyOf(visitor), callbackUrl)
    await gate.reached
    const second = complete(one, copyOf(visitor), callbackUrl)
    const error = await rejection(complete(hasty, visitor, callbackUrl))
    expect(error).toMatchObject({ name: 'SessionError', code: 'refresh_busy' })
    gate.open()
    const { account } = await first
    expect((await second).account).toEqual(account)
    expect((await complete(hasty, visitor, callbackUrl)).account).toEqual(account)
    expect(sent).toHaveLength(1)
  })

  test('a connect callback that was refused is refused in the same way when it comes again', async () => {
    const { one, other } = createTwo('a store')
    const visitor = await loggedIn(one, emulator.url)
    const callbackUrl = await comeBack(one, visitor)
    callbackUrl.searchParams.set('connect_code', 'wrong')
    for (const machine of [one, other]) {
      const error = await rejection(complete(machine, copyOf(visitor), callbackUrl))
      expect(error).toMatchObject({ name: 'MyAccountApiError', status: 400 })
    }
  })

  test('without a lock a connect callback that is refused is outcome_unknown', async () => {
    const { one } = createTwo('a store without a lock')
    const visitor = await loggedIn(one, emulator.url)
    const callbackUrl = await comeBack(one, visitor)
    callbackUrl.searchParams.set('connect_code', 'wrong')
    const error = await rejection(complete(one, visitor, callbackUrl))
    expect(error).toMatchObject({ code: 'outcome_unknown', cause: { status: 400 } })
  })

  test('a machine that dies when it has sent a code leaves the flow known as attempted', async () => {
    let isAlive = false
    const two = createTwo('a store', (response) => {
      if (isAlive) return response
      throw new TypeError('the process died')
    })
    const visitor = await loggedIn(two.one, emulator.url)
    const callbackUrl = await comeBack(two.one, visitor)
    await rejection(complete(two.one, copyOf(visitor), callbackUrl))
    await connectElsewhere()
    isAlive = true
    const error = await rejection(complete(two.other, visitor, callbackUrl))
    expect(error).toMatchObject({ code: 'outcome_unknown', cause: { status: 400 } })
  })

  test('a connect callback that comes again gets the account without a lock, too', async () => {
    const { one, other, sent } = createTwo('a store without a lock')
    const visitor = await loggedIn(one, emulator.url)
    const callbackUrl = await comeBack(one, visitor)
    const { account } = await complete(one, copyOf(visitor), callbackUrl)
    expect(await complete(other, visitor, callbackUrl)).toMatchObject({
      account: { id: account.id },
    })
    expect(sent).toHaveLength(1)
  })
})

test.for(['cookies', 'a store'])(
  'the callback route takes the browser to its returnTo when the callback comes again, with sessions in %s',
  async (where) => {
    const { one } = createTwo(where)
    const visitor = await loggedIn(one, emulator.url)
    const callbackUrl = await comeBack(one, visitor, { returnTo: '/settings' })
    const handler = createHandler(one)
    for (let load = 0; load < 2; load += 1) {
      const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
      const answer = await handler(new Request(callbackUrl, { headers: { cookie } }))
      expect([answer.status, answer.headers.get('location')]).toEqual([
        303,
        'http://localhost:3000/settings',
      ])
    }
  },
)
