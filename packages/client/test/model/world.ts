import { createHash } from 'node:crypto'
import type { Emulator } from '@connected-accounts/emulator'
import type { CompletedConnect, StartedConnect } from '../../src/index.js'
import { type Browser, createBrowser, loadCode, type Page, type Tab } from './browser.js'
import { createNetwork, type SentRequest } from './network.js'
import { runInPage } from './page-globals.js'

export const redirectUri = 'http://localhost:3000/callback'
export const connection = 'google-oauth2'

export type Person = 'alice' | 'bob' | 'mallory'
export const people: readonly Person[] = ['alice', 'bob', 'mallory']

/** What an application chooses, which is the same during a trace. */
export interface Setting {
  /** Which of the package's stores keeps the transactions of redirects; those of popups are in `localStorage`. */
  store: 'sessionStorage' | 'localStorage'
  /** Whether the application tells the package who is logged in. */
  isUserTold: boolean
  /** How many flows the people of the shared browser start at most. */
  flows: number
  tabs: number
  arePopupsUsed: boolean
}

/** What has come of a flow, as the application knows it. */
export type Ending = 'reported' | 'unknown' | 'refused' | 'cancelled'

/** A connect flow, from its first request on. */
export interface Flow {
  readonly number: number
  readonly owner: Person
  readonly tab: Tab
  /** The page that has started it. */
  readonly page: Page
  readonly isPopup: boolean
  readonly state: string
  /** The S256 challenge of its verifier. */
  readonly challenge: string
  authSession?: string
  /** Where to send the browser, once the application knows it. */
  url?: string
  /** The URLs with which the provider has sent a browser back. */
  readonly callbacks: string[]
  /** When it was started, in milliseconds on the clocks of both. */
  readonly startedAt: { browser: number; tenant: number }
  /** How often a completion was sent. */
  completions: number
  /** The id of the account that the tenant has connected with it. */
  connected?: string
  readonly endings: Ending[]
  /** The error with which it ended. */
  reason?: string
}

/** What a call of a page comes to; true if `handleConnectCallback` has done all. */
type Value = StartedConnect | CompletedConnect | true

/** What a page does: it starts a redirect or a popup, or completes a flow as the page at its callback. */
export interface Attempt {
  readonly work: 'start' | 'popup' | 'complete'
  readonly page: Page
  readonly user: Person
  /** The number of the flow that it starts. */
  readonly number: number
  readonly abort: AbortController
  flow?: Flow
  outcome?: { value: Value } | { error: unknown }
  /** Whether the properties were checked on its outcome. */
  isChecked?: boolean
}

/** A completion that the tenant has carried out. */
export interface Completion {
  readonly by: Person
  readonly code: string
  readonly status: number
}

export type World = Awaited<ReturnType<typeof createWorld>>

/** Creates two browsers, one that Alice and Bob share and one of Mallory's, on a fresh tenant. */
export async function createWorld(emulator: Emulator, setting: Setting) {
  emulator.reset()
  const tokens = await tokensOf(emulator)
  const flows: Flow[] = []
  const attempts: Attempt[] = []
  const completions: Completion[] = []
  /** Who answered at the provider for each code that came back. */
  const codes = new Map<string, { flow: Flow; identity: Person }>()
  const network = createNetwork({ fetch: emulator.fetch, onSent, onDelivered })
  const windows = { open: openPopup, close: closeItself }
  const shared = createBrowser(windows)
  const foreign = createBrowser(windows)
  const tabs = Array.from({ length: setting.tabs }, (_, n) => shared.openTab(`tab ${n + 1}`))
  const mallorys = foreign.openTab("mallory's tab")
  const popups: Tab[] = []
  const atProvider = new Map<Tab, Flow>()
  const opened: { url: string; browser: Browser }[] = []
  let pages = 0
  let waitingForToken: { page: Page; resolve: () => void }[] = []

  const world = {
    emulator,
    setting,
    network,
    flows,
    attempts,
    completions,
    opened,
    codes,
    tabs,
    popups,
    mallorys,
    atProvider,
    /** Who is logged in to the application in the shared browser. */
    user: 'alice' as Person, // changes during a trace
    /** Whether access tokens keep the pages waiting. */
    areTokensSlow: false,
    /** Whether the middleware of a page throws when it sees the next answer. */
    isMiddlewareBroken: false,
    timesAdvanced: 0,
    load,
    start,
    startPopup,
    abortWithList,
    complete,
    releaseTokens,
    runningIn,
    settled,
    flowOfUrl,
  }

  function userOf(browser: Browser): Person {
    return browser === shared ? world.user : 'mallory'
  }

  async function load(tab: Tab, url: string): Promise<Page> {
    pages += 1
    atProvider.delete(tab)
    opened.push({ url, browser: tab.browser })
    return tab.browser.load(tab, url, await loadCode(pages))
  }

  function clientOf(page: Page, user: Person) {
    const accessToken = async (): Promise<string> => {
      const isSlow = world.areTokensSlow && user !== 'mallory'
      if (isSlow) await new Promise<void>((resolve) => waitingForToken.push({ page, resolve }))
      return tokens[user]
    }
    const fetch = network.fetchOf(() => page)
    const options = { domain: emulator.domain, accessToken, fetch }
    const client = page.code.createConnectedAccountsClient(options)
    client.use({
      onResponse() {
        if (!world.isMiddlewareBroken) return
        world.isMiddlewareBroken = false
        throw new Error('A middleware has failed.')
      },
    })
    return client
  }

  /** Aborts an attempt, and by the same signal a list that waits for its access token. */
  async function abortWithList({ page, abort }: Attempt, reason: Error): Promise<void> {
    const accessToken = () => new Promise<string>(() => {})
    const client = page.code.createConnectedAccountsClient({ domain: emulator.domain, accessToken })
    const { signal } = abort
    const listed = runInPage(page, () => page.code.listConnectedAccounts(client, { signal }))
    listed.catch(() => undefined) // rejects with the reason, which is not asked for here
    await settled()
    abort.abort(reason)
  }

  function releaseTokens(): void {
    world.areTokensSlow = false
    for (const { page, resolve } of waitingForToken) if (page.isOpen()) resolve()
    waitingForToken = []
  }

  /** Runs a call in a page, and notes what comes of it. */
  function attempt(
    page: Page,
    work: Attempt['work'],
    call: (attempt: Attempt) => Promise<Value>,
  ): Attempt {
    const user = userOf(page.tab.browser)
    const number = attempts.filter((one) => one.work !== 'complete').length + 1
    const made: Attempt = { work, page, user, number, abort: new AbortController() }
    attempts.push(made)
    runInPage(page, () => call(made)).then(
      (value) => {
        made.outcome = { value }
        if (value !== true && 'url' in value) leaveFor(made, value.url)
      },
      (error: unknown) => {
        made.outcome = { error }
      },
    )
    return made
  }

  function leaveFor({ page, flow }: Attempt, url: string): void {
    if (!flow) throw new Error('A flow was started without a request.')
    flow.url = url
    page.unload()
    atProvider.set(page.tab, flow)
  }

  function start(page: Page): Attempt {
    return attempt(page, 'start', ({ user, number, abort }) =>
      page.code.startConnect(clientOf(page, user), {
        connection,
        redirectUri,
        transactions: storeOf(page),
        user: setting.isUserTold ? user : undefined,
        appState: number,
        authorizationParams: { login_hint: `${user}@google.example` },
        signal: abort.signal,
      }),
    )
  }

  function startPopup(page: Page): Attempt {
    return attempt(page, 'popup', ({ user, number, abort }) =>
      page.code.connectInPopup(clientOf(page, user), {
        connection,
        redirectUri,
        user: setting.isUserTold ? user : undefined,
        appState: number,
        authorizationParams: { login_hint: `${user}@google.example` },
        signal: abort.signal,
      }),
    )
  }

  /** The page at the callback, as the documentation has it. */

  function complete(page: Page): Attempt {
    const made = attempt(page, 'complete', async ({ user, abort: { signal } }) => {
      const client = clientOf(page, user)
      if (await page.code.handleConnectCallback({ client, signal })) return true
      return page.code.completeConnect(client, {
        callbackUrl: page.url,
        transactions: storeOf(page),
        user: setting.isUserTold ? user : undefined,
        signal,
      })
    })
    const flow = flowOfUrl(page.url)
    return flow ? Object.assign(made, { flow }) : made
  }

  function flowOfUrl(url: string): Flow | undefined {
    const state = new URL(url).searchParams.get('state')
    return flows.find((flow) => flow.state === state)
  }

  function onSent({ page, operation, body }: Omit<SentRequest, 'name'>): string {
    if (operation === 'connect') return `connect ${newFlow(page, body).number}`
    const flow = flows.find(({ authSession }) => authSession === body.auth_session)
    if (!flow) throw new Error('A completion has an auth_session that no flow was given.')
    flow.completions += 1
    return `complete ${flow.number}${flow.completions > 1 ? `.${flow.completions}` : ''}`
  }

  function newFlow(page: Page, { state, code_challenge }: SentRequest['body']): Flow {
    const started = attempts.findLast((one) => one.page === page && !one.outcome)
    if (!started) throw new Error('A page has started a flow by itself.')
    const { number, user } = started
    const flow: Flow = {
      number,
      owner: user,
      tab: page.tab,
      page,
      isPopup: started.work === 'popup',
      state: String(state),
      challenge: String(code_challenge),
      startedAt: { browser: Date.now(), tenant: emulator.clock.now() },
      callbacks: [],
      completions: 0,
      endings: [],
    }
    flows.push(flow)
    started.flow = flow
    return flow
  }

  function onDelivered(
    { operation, body, accessToken }: SentRequest,
    status: number,
    answer: unknown,
  ) {
    const fields = Object(answer)
    if (operation === 'connect') {
      const flow = flows.find(({ state }) => state === body.state)
      if (flow) flow.authSession = fields.auth_session
      return
    }
    const by = people.find((person) => tokens[person] === accessToken) ?? 'alice'
    completions.push({ by, code: String(body.connect_code), status })
    const flow = flows.find(({ authSession }) => authSession === body.auth_session)
    if (flow && status === 201) flow.connected = fields.id
  }

  /** Waits until nothing can happen any longer without an action. */
  async function settled(): Promise<void> {
    for (let turns = 0; turns < 5; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      if (network.isBusy()) turns = 0
    }
  }

  function runningIn(page: Page): Attempt | undefined {
    return attempts.find((one) => one.page === page && !one.outcome)
  }

  function openPopup(opener: Page) {
    const popup = opener.tab.browser.openTab(`popup of ${opener.tab.name}`)
    popups.push(popup)
    return {
      navigate(url: string) {
        const flow = runningIn(opener)?.flow
        if (flow) atProvider.set(popup, Object.assign(flow, { url }))
      },
      close: () => closeTab(popup),
    }
  }

  function closeTab(popup: Tab): void {
    popup.page?.unload()
    atProvider.delete(popup)
    popups.splice(popups.indexOf(popup), 1)
  }

  /** A browser lets a page close its window only if a page has opened it. */
  function closeItself(page: Page): void {
    if (!popups.includes(page.tab)) return
    const attempt = runningIn(page)
    if (attempt) attempt.outcome = { value: true }
    closeTab(page.tab)
  }

  function storeOf({ code }: Page) {
    return setting.store === 'sessionStorage'
      ? code.sessionStorageTransactions()
      : code.localStorageTransactions()
  }

  return world
}

type Tokens = Record<Person, string>

const issued = new WeakMap<Emulator, Tokens>()

/** Access tokens that work on an emulator, however often it is reset. */
async function tokensOf(emulator: Emulator): Promise<Tokens> {
  const issue = (person: Person) => emulator.issueAccessToken({ user_id: `auth0|${person}` })
  const tokens = issued.get(emulator) ?? {
    alice: await issue('alice'),
    bob: await issue('bob'),
    mallory: await issue('mallory'),
  }
  issued.set(emulator, tokens)
  return tokens
}

/** The S256 challenge of a verifier (RFC 7636 §4.2). */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}
