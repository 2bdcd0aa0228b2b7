import type { CompletedConnect } from '@connected-accounts/client'
import type { Emulator } from '@connected-accounts/emulator'
import type { Try } from '@connected-accounts/testing/sweep/outside'
import type { Outcome, Scene } from '@connected-accounts/testing/sweep/sweep'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import { expect, vi } from 'vitest'
import { type DeleteConnectedAccountOptions, isLoginFlowError } from '../../src/index.js'
import { audience } from '../shared.js'
import type { Visitor } from '../visitor.js'
import {
  comeBackFromLogin,
  createBrowser,
  createWorld,
  logIn,
  type Place,
  type World,
} from './world.js'

/** In milliseconds. */
const TWO_HOURS = 7_200_000

/** Creates the scene of a function of the server client. */
export type CreateScene = (emulator: Emulator, place: Place) => Promise<Scene>

async function open(emulator: Emulator, place: Place) {
  const world = await createWorld(emulator, place)
  return { world, browser: createBrowser(emulator) }
}

type Opened = Awaited<ReturnType<typeof open>>

function lastValue<T>(outcomes: readonly Outcome[]): T {
  const last = outcomes.at(-1)
  expect(last, 'the last try').toHaveProperty('value')
  return (last as { value: T }).value // as was just expected
}

const userAt = async (world: World, browser: Visitor) =>
  (await browser.request((store) => world.other.getUser(store)))?.email

/** The user is logged in, and the refresh token of the session works on each machine. */
async function checkSession({ world, browser }: Opened): Promise<void> {
  expect(await userAt(world, browser)).toBe('alice@example.test')
  for (const server of [world.one, world.other]) {
    await browser.request((store) => server.getAccessToken({ audience, forceRefresh: true }, store))
  }
  expect(world.emulator.refreshTokenReuses, 'refresh tokens that were sent twice').toBe(0)
}

export const startingLogin: CreateScene = async (emulator, place) => {
  const opened = await open(emulator, place)
  const { world, browser } = opened
  return {
    attempt: () => browser.request((store) => world.one.startInteractiveLogin({}, store)),
    async check(outcomes) {
      const callbackUrl = await browser.logIn(lastValue(outcomes))
      await browser.request((store) => world.other.completeInteractiveLogin(callbackUrl, store))
      await checkSession(opened)
    },
  }
}

export const completingLogin: CreateScene = async (emulator, place) => {
  const opened = await open(emulator, place)
  const { world, browser } = opened
  await logIn(world.one, browser, 'bob@example.test')
  const callbackUrl = await comeBackFromLogin(world.one, browser)
  const code = callbackUrl.searchParams.get('code')
  return {
    attempt: () =>
      browser.request((store) => world.one.completeInteractiveLogin(callbackUrl, store)),
    isFinal: isLoginFlowError,
    async check(outcomes) {
      const exchanges = world.grants.filter(({ credential }) => credential === code)
      expect(exchanges.length, 'how often the code was used').toBeLessThan(2)
      const user = await userAt(world, browser)
      const isDone = outcomes.some((outcome) => 'value' in outcome)
      // A login that fails leaves the session from before. It may also have failed to end that one.
      expect(
        isDone ? ['alice@example.test'] : ['alice@example.test', 'bob@example.test'],
      ).toContain(user)
      if (!isDone) await logIn(world.one, browser)
      await checkSession(opened)
    },
  }
}

/** A person who comes back from the tenant too late. */
export const completingLateLogin: CreateScene = async (emulator, place) => {
  const opened = await open(emulator, place)
  const { world, browser } = opened
  const callbackUrl = await comeBackFromLogin(world.one, browser)
  vi.advanceTimersByTime(TWO_HOURS)
  return {
    attempt: () =>
      browser.request((store) => world.one.completeInteractiveLogin(callbackUrl, store)),
    isFinal: isLoginFlowError,
    async check(outcomes) {
      expect(Object(outcomes.at(-1)).error).toSatisfy(isLoginFlowError)
      expect(world.grants).toEqual([])
      await logIn(world.one, browser)
      await checkSession(opened)
    },
  }
}

const isInvalidGrant = (error: unknown) => Object(error).code === 'invalid_grant'

/**
 * True if the network has lost the answer to a refresh, and the tenant has refused the next one. Nobody can know which of the two
 * refresh tokens is good, or whether a request is still on its way.
 */
function hasLostRefresh({ world }: Opened, { faulty }: Try): boolean {
  const isOfNetwork = faulty?.name.includes('POST /oauth/token') ?? false
  return isOfNetwork && world.emulator.refreshTokenReuses > 0
}

export const refreshing: CreateScene = async (emulator, place) => {
  const opened = await open(emulator, place)
  const { world, browser } = opened
  await logIn(world.one, browser)
  const refresh = () =>
    browser.request((store) => world.one.getAccessToken({ audience, forceRefresh: true }, store))
  return {
    attempt: refresh,
    isFinal: isInvalidGrant,
    async check(outcomes, first) {
      if (hasLostRefresh(opened, first)) return
      lastValue(outcomes)
      await checkSession(opened)
    },
  }
}

const connection = 'google-oauth2'

export const startingConnect: CreateScene = async (emulator, place) => {
  const opened = await open(emulator, place)
  const { world, browser } = opened
  await logIn(world.one, browser)
  return {
    attempt: () => browser.request((store) => world.one.startConnectAccount({ connection }, store)),
    isFinal: isInvalidGrant,
    async check(outcomes, first) {
      if (hasLostRefresh(opened, first)) return
      const callbackUrl = await browser.connect(lastValue<string>(outcomes))
      const { account } = await browser.request((store) =>
        world.other.completeConnectAccount(callbackUrl, store),
      )
      expect(await accountsOf(opened)).toEqual([account.id])
      await checkSession(opened)
    },
  }
}

async function accountsOf({ world, browser }: Opened): Promise<string[]> {
  const list = browser.request((store) => world.other.listConnectedAccounts({}, store))
  return (await list).accounts.map(({ id }) => id)
}

export const completingConnect: CreateScene = async (emulator, place) => {
  const opened = await open(emulator, place)
  const { world, browser } = opened
  await logIn(world.one, browser)
  const start = () =>
    browser.request((store) => world.one.startConnectAccount({ connection }, store))
  await start() // in another tab
  const callbackUrl = await browser.connect(await start())
  const codes = ['outcome_unknown', 'unknown_state']
  return {
    attempt: () => browser.request((store) => world.one.completeConnectAccount(callbackUrl, store)),
    isFinal: (error) => codes.includes(Object(error).code),
    async check(outcomes) {
      for (const outcome of outcomes) expect(outcome).not.toMatchObject({ error: { status: 400 } })
      const ids = outcomes.flatMap((outcome) =>
        'value' in outcome ? [(outcome.value as CompletedConnect).account.id] : [],
      )
      const isUnknown = outcomes.some(
        (outcome) => 'error' in outcome && Object(outcome.error).code === 'outcome_unknown',
      )
      expect(ids.length > 0 || isUnknown, 'the account is reported').toBe(true)
      const [account] = await accountsOf(opened)
      for (const id of ids) expect(id).toBe(account)
      await checkSession(opened)
    },
  }
}

/** Token Vault needs refresh token rotation turned off. */
function turnRotationOff({ tenant }: Emulator): void {
  tenant.set(
    tenantWithWeb(tenant.get(), ({ refresh_token }) => {
      refresh_token.rotation_type = 'non-rotating'
    }),
  )
}

/** The person has pressed Cancel at the provider. */
export const completingRefusedConnect: CreateScene = async (emulator, place) => {
  const opened = await open(emulator, place)
  const { world, browser } = opened
  await logIn(world.one, browser)
  const start = browser.request((store) => world.one.startConnectAccount({ connection }, store))
  const callbackUrl = await browser.connect(await start, { decision: 'cancel' })
  const codes = ['access_denied', 'unknown_state']
  const isFinal = (error: unknown) => codes.includes(Object(error).code)
  return {
    attempt: () => browser.request((store) => world.one.completeConnectAccount(callbackUrl, store)),
    isFinal,
    async check(outcomes) {
      expect(Object(outcomes.at(-1)).error).toSatisfy(isFinal)
      expect(await accountsOf(opened)).toEqual([])
      await checkSession(opened)
    },
  }
}

const emails = ['home@google.example', 'work@google.example']

const createDisconnecting =
  (options: DeleteConnectedAccountOptions): CreateScene =>
  async (emulator, place) => {
    const opened = await open(emulator, place)
    turnRotationOff(emulator)
    const { world, browser } = opened
    await logIn(world.one, browser)
    const { loginHint } = options
    const [account, ...others] = await emulator.seed([
      { user_id: 'auth0|alice', connection, ...(loginHint !== undefined && { emails }) },
    ])
    const vaultToken = () =>
      browser.request((store) =>
        world.one.getAccessTokenForConnection({ connection, loginHint }, store),
      )
    await vaultToken()
    return {
      attempt: () =>
        browser.request((store) =>
          world.one.deleteConnectedAccount(account?.id ?? '', options, store),
        ),
      // Of an account whose deletion had no answer.
      isFinal: (error) => Object(error).code === 'not_found',
      async check(outcomes) {
        const last = Object(outcomes.at(-1))
        expect('value' in last || last.error.code === 'not_found', 'it is deleted').toBe(true)
        expect(await accountsOf(opened)).toEqual(others.map(({ id }) => id))
        await expect(vaultToken(), 'the token of Token Vault').rejects.toMatchObject({
          code: 'connection_not_connected',
        })
        await checkSession(opened)
      },
    }
  }

export const disconnecting = createDisconnecting({})

/** One of two accounts. */
export const revoking = createDisconnecting({ revoke: true, loginHint: 'home@google.example' })

/** The only account. */
export const identifying: CreateScene = async (emulator, place) => {
  const opened = await open(emulator, place)
  turnRotationOff(emulator)
  const { world, browser } = opened
  await logIn(world.one, browser)
  const [account] = await emulator.seed([{ user_id: 'auth0|alice', connection }])
  const id = account?.id ?? ''
  return {
    attempt: () => browser.request((store) => world.one.identifyConnectedAccount(id, {}, store)),
    async check(outcomes) {
      expect(lastValue(outcomes)).toHaveProperty('label')
      expect(await accountsOf(opened)).toEqual([id])
      await checkSession(opened)
    },
  }
}

export const loggingOut: CreateScene = async (emulator, place) => {
  const opened = await open(emulator, place)
  const { world, browser } = opened
  await logIn(world.one, browser)
  const copied = new Map(browser.cookies)
  return {
    attempt: () => browser.request((store) => world.one.logout({}, store)),
    async check(outcomes) {
      lastValue(outcomes)
      expect(browser.cookies.size, 'cookies').toBe(0)
      browser.cookies = copied
      // If the store was away, the session is ended as soon as the store is back.
      expect(await userAt(world, browser)).toBe(undefined)
      const refresh = browser.request((store) =>
        world.other.getAccessToken({ audience, forceRefresh: true }, store),
      )
      await expect(refresh, 'a refresh with a copied cookie').rejects.toThrow()
      browser.cookies = new Map()
      await logIn(world.one, browser)
      await checkSession(opened)
    },
  }
}
