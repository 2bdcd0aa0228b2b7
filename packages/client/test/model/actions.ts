import { vi } from 'vitest'
import type { Tab } from './browser.js'
import type { SentRequest } from './network.js'
import { type Flow, type Person, redirectUri, type World } from './world.js'

/** Something that a person, the network, the time or the attacker does. Its name is unique among those of its moment. */
export interface Action {
  readonly name: string
  run(): Promise<unknown> | unknown
}

/** Lists everything that can happen next. */
export function actionsOf(world: World): Action[] {
  return [
    ...[...world.tabs, ...world.popups].flatMap((tab) => [
      ...inTab(world, tab),
      ...atProvider(world, tab),
    ]),
    ...[...world.network.held].flatMap((request) => inNetwork(world, request)),
    ...ofCircumstances(world),
    ...ofAttacker(world),
  ]
}

function inTab(world: World, tab: Tab): Action[] {
  const { page, name } = tab
  const running = page && world.runningIn(page)
  const actions = running || world.popups.includes(tab) ? [] : startsIn(world, tab)
  if (running) {
    const reason = new Error('given up by the page')
    actions.push(
      { name: `${name} aborts`, run: () => running.abort.abort(reason) },
      { name: `${name} aborts with a list`, run: () => world.abortWithList(running, reason) },
    )
  }
  if (page && !page.url.startsWith(redirectUri)) {
    actions.push({ name: `${name} is closed`, run: () => page.unload() })
  }
  if (page?.url.startsWith(redirectUri)) {
    actions.push({ name: `${name} reloads`, run: () => open(world, tab, page.url) })
    const calls = world.attempts.filter((one) => one.page === page).length
    if (calls < 3 && !world.popups.includes(tab))
      actions.push({ name: `${name} calls again`, run: () => world.complete(page) })
  }
  for (const { number, callbacks } of world.flows.filter((flow) => flow.owner !== 'mallory')) {
    for (const url of callbacks) {
      if (url !== page?.url)
        actions.push({ name: `${name} opens callback ${number}`, run: () => open(world, tab, url) })
    }
  }
  return actions
}

function startsIn(world: World, tab: Tab): Action[] {
  const { attempts, mallorys, setting } = world
  const started = attempts.filter((one) => one.work !== 'complete' && one.page.tab !== mallorys)
  if (started.length >= setting.flows) return []
  const loaded = () => world.load(tab, 'http://localhost:3000/')
  const start = { name: `${tab.name} starts`, run: async () => world.start(await loaded()) }
  const popup = {
    name: `${tab.name} opens a popup`,
    run: async () => world.startPopup(await loaded()),
  }
  return setting.arePopupsUsed ? [start, popup] : [start]
}

async function open(world: World, tab: Tab, url: string): Promise<void> {
  world.complete(await world.load(tab, url))
}

function atProvider(world: World, tab: Tab): Action[] {
  const flow = world.atProvider.get(tab)
  if (!flow) return []
  const { owner } = flow
  const accounts = owner === 'alice' ? ['alice', 'alice.work'] : [owner]
  return [
    ...accounts.map((account) => ({
      name: `${tab.name} allows as ${account}`,
      run: () => comeBack(world, tab, { flow, identity: owner, account }),
    })),
    {
      name: `${tab.name} cancels at the provider`,
      run: () => comeBack(world, tab, { flow, identity: owner }),
    },
  ]
}

interface Consent {
  flow: Flow
  identity: Person
  /** The account at the provider; left out, the person cancels. */
  account?: string
}

/** Fills in the consent page of a flow, and opens the callback in the tab. */
async function comeBack(world: World, tab: Tab, consent: Consent): Promise<void> {
  const url = await answerConsent(world, consent)
  world.atProvider.delete(tab)
  if (url) await open(world, tab, url)
}

/** Fills in the consent page of a flow. Returns the callback, or undefined if the link works no longer. */
export async function answerConsent(
  world: World,
  { flow, identity, account }: Consent,
): Promise<string | undefined> {
  if (!flow.url) throw new Error('Nobody knows the link of this flow.')
  const answer = account
    ? { account: `${account}@google.example` }
    : { decision: 'cancel' as const }
  const url = await world.emulator.consent(flow.url, answer).catch(() => undefined)
  const code = url?.searchParams.get('connect_code')
  if (code) world.codes.set(code, { flow, identity })
  if (url) flow.callbacks.push(url.href)
  return url?.href
}

function inNetwork(world: World, request: SentRequest): Action[] {
  const { name } = request
  if (!request.isAwaited())
    return [{ name: `${name} arrives late`, run: () => request.deliver({ isAnswered: false }) }]
  const tooMany = () => Response.json({ title: 'Too Many Requests', status: 429 }, { status: 429 })
  return [
    { name: `${name} is answered`, run: () => request.deliver({ isAnswered: true }) },
    {
      name: `${name} has an answer that a middleware fails on`,
      async run() {
        world.isMiddlewareBroken = true
        await request.deliver({ isAnswered: true })
      },
    },
    { name: `${name} loses its answer`, run: () => request.deliver({ isAnswered: false }) },
    { name: `${name} is lost`, run: () => request.drop() },
    { name: `${name} gets a 429`, run: () => request.drop(tooMany()) },
  ]
}

function ofCircumstances(world: World): Action[] {
  const { network } = world
  const other = world.user === 'alice' ? 'bob' : 'alice'
  return [
    { name: `${other} logs in`, run: () => Object.assign(world, { user: other }) },
    {
      name: network.areListsUp ? 'lists fail' : 'lists work again',
      run: () => Object.assign(network, { areListsUp: !network.areListsUp }),
    },
    ...(hasTimers(world) ? [{ name: 'a minute passes', run: () => passTime(world, MINUTE) }] : []),
    world.areTokensSlow
      ? { name: 'tokens arrive', run: world.releaseTokens }
      : { name: 'tokens are slow', run: () => Object.assign(world, { areTokensSlow: true }) },
    ...(world.timesAdvanced < 2
      ? [
          { name: 'five minutes pass', run: () => passFiveMinutes(world) },
          { name: 'the tenant forgets flows early', run: () => forgetEarly(world) },
        ]
      : []),
  ]
}

function hasTimers({ tabs, popups }: World): boolean {
  return [...tabs, ...popups].some(({ page }) => page?.hasTimerWithin(MINUTE))
}

const FIVE_MINUTES = 301_000
const MINUTE = 60_000

function passFiveMinutes(world: World): void {
  world.timesAdvanced += 1
  passTime(world, FIVE_MINUTES)
}

/** Moves the clock of browsers and tenant, and calls back the pages' timers that are due. */
export function passTime({ tabs, popups }: World, milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds)
  for (const { page } of [...tabs, ...popups]) page?.fireTimers()
}

function forgetEarly(world: World): void {
  world.timesAdvanced += 1
  world.emulator.clock.advance(FIVE_MINUTES / 1000)
}

function ofAttacker(world: World): Action[] {
  const foreign = world.flows.find(({ owner }) => owner === 'mallory')
  if (!foreign) return [{ name: 'mallory starts', run: () => startForeign(world) }]
  const [first] = world.tabs
  const [own] = foreign.callbacks
  if (!first) return []
  if (!own) {
    return (['mallory', 'alice'] as const).map((identity) => ({
      name: `${identity} allows mallory's flow`,
      run: async () => {
        const url = await answerConsent(world, { flow: foreign, identity, account: identity })
        if (url && identity === 'alice') await open(world, first, url)
      },
    }))
  }
  return [
    { name: `${first.name} opens mallory's callback`, run: () => open(world, first, own) },
    {
      name: `${first.name} opens mallory's code with a made-up state`,
      run: () => open(world, first, withState(own, 'connect.made-up')),
    },
    ...world.flows
      .filter(({ owner }) => owner !== 'mallory')
      .flatMap((flow) => againstFlow(world, { tab: first, flow, code: own })),
  ]
}

/** What an attacker does who knows the state of a flow, or its callback. */
function againstFlow(
  world: World,
  { tab, flow, code }: { tab: Tab; flow: Flow; code: string },
): Action[] {
  const { number, state, callbacks } = flow
  const refused = `${redirectUri}?${new URLSearchParams({ error: 'access_denied', state })}`
  const [callback] = callbacks
  const actions: Action[] = [
    {
      name: `${tab.name} opens mallory's code with state ${number}`,
      run: () => open(world, tab, withState(code, state)),
    },
    {
      name: `${tab.name} opens a forged refusal of ${number}`,
      run: () => open(world, tab, refused),
    },
  ]
  if (callback) {
    const forged = withState(callback, String(new URL(code).searchParams.get('state')))
    actions.push(
      {
        name: `mallory opens callback ${number}`,
        run: () => open(world, world.mallorys, callback),
      },
      {
        name: `mallory opens code ${number} with mallory's state`,
        run: () => open(world, world.mallorys, forged),
      },
    )
  }
  return actions
}

/** Mallory starts a flow on a network without faults, and keeps the browser at the provider. */
async function startForeign(world: World): Promise<void> {
  world.start(await world.load(world.mallorys, 'http://localhost:3000/'))
  await world.settled()
  for (const request of world.network.held) {
    if (request.page.tab === world.mallorys) await request.deliver({ isAnswered: true })
  }
}

function withState(callback: string, state: string): string {
  const url = new URL(callback)
  url.searchParams.set('state', state)
  return url.href
}
