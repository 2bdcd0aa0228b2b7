import type { CompletedConnect } from '../../src/index.js'
import { passTime } from './actions.js'
import type { Tab } from './browser.js'
import type { SentRequest } from './network.js'
import {
  type Attempt,
  challengeOf,
  type Ending,
  type Flow,
  type Setting,
  type World,
} from './world.js'

function describe(outcome: Attempt['outcome']): string {
  return outcome && 'error' in outcome ? String(outcome.error) : JSON.stringify(outcome)
}

/** Fails with what was promised and is not so. */
function claim(isTrue: boolean, broken: string): asserts isTrue {
  if (!isTrue) throw new Error(`Broken: ${broken}`)
}

/** Checks what must be so after every step. */
export function checkProperties(world: World): void {
  for (const attempt of world.attempts) {
    if (attempt.outcome && !attempt.isChecked) checkOutcome(world, attempt)
  }
  checkCompletions(world)
  for (const flow of world.flows) {
    checkVerifierGone(world, flow)
    const { number, connected, endings } = flow
    claim(
      connected === undefined || endings.length === 0 || isKnown(flow),
      `flow ${number} has connected an account, and ended otherwise: ${flow.reason}`,
    )
  }
}

/** Nobody's identity is linked to another person's user, and a code works once. */
function checkCompletions({ completions, codes }: World): void {
  const used = new Set<string>()
  for (const { by, code, status } of completions) {
    if (status !== 201) continue
    claim(codes.get(code)?.identity === by, `an identity of another person is linked to ${by}`)
    claim(!used.has(code), 'a connect code was used twice')
    used.add(code)
  }
}

const seen = new WeakSet<SentRequest>()

/** Checks what pages have sent since the last step. */
export function checkRequests(world: World): void {
  for (const request of world.network.held) {
    const isNew = !seen.has(request) && request.operation === 'complete'
    seen.add(request)
    if (isNew) checkCompletion(world, request)
  }
}

/** A completion has the code, the session and the verifier of one flow, that of its callback, which is not over. */
function checkCompletion({ flows, opened }: World, { body, page: { tab } }: SentRequest): void {
  const flow = flows.find(({ authSession }) => authSession === body.auth_session)
  if (!flow) throw new Error('A completion has an auth_session that no flow was given.')
  const isVerifier = challengeOf(String(body.code_verifier)) === flow.challenge
  claim(isVerifier, "a code was sent with another flow's verifier")
  const isOwn = opened.some(({ url, browser }) => {
    const { searchParams } = new URL(url)
    const isCode = searchParams.get('connect_code') === body.connect_code
    return isCode && searchParams.get('state') === flow.state && browser === tab.browser
  })
  claim(isOwn, 'a code was sent without the state that it came with')
  claim(tab.browser === flow.tab.browser, 'a flow was completed in another browser')
  claim(flow.endings.length === 0, `flow ${flow.number} was completed after its end`)
}

function checkOutcome(world: World, attempt: Attempt): void {
  attempt.isChecked = true
  const { flow, outcome } = attempt
  if (!flow || !outcome) return
  if ('value' in outcome) {
    if (outcome.value === true) checkHandled(world, flow)
    else if ('account' in outcome.value)
      checkReport(world, { attempt, flow, completed: outcome.value })
    return
  }
  const ending = endingOf(attempt, outcome.error)
  if (!ending) return
  flow.endings.push(ending)
  flow.reason = String(outcome.error)
}

/** Whether the application knows what has come of the flow, or has itself given it up. */
function isKnown({ endings }: Flow): boolean {
  return endings.some((ending) => ending !== 'refused')
}

/** The callback page of a popup has told other tabs of the account, if the page that opened it is gone. */
function checkHandled({ attempts }: World, flow: Flow): void {
  const opener = attempts.find((one) => one.flow === flow && one.work === 'popup')
  if (opener?.page.isOpen()) return
  const { localStorage } = flow.tab.browser
  const isKept =
    flow.connected !== undefined && JSON.stringify(localStorage).includes(flow.connected)
  if (isKept) flow.endings.push('reported')
}

interface Report {
  attempt: Attempt
  flow: Flow
  completed: CompletedConnect
}

/** A flow reports the account that it has connected, to its owner, with its own `appState`. */
function checkReport({ setting, flows }: World, { attempt, flow, completed }: Report): void {
  const { number } = flow
  flow.endings.push('reported')
  const { id } = completed.account
  const other = flows.find((one) => one !== flow && one.connected === id)
  const whose = other ? whoseIs(setting, flow, other) : "nobody's"
  claim(flow.connected === id, `flow ${number} reports an account that is ${whose}`)
  claim(completed.appState === number, `flow ${number} reports the appState of another`)
  claim(
    attempt.user === flow.owner || !setting.isUserTold,
    `flow ${number} of ${flow.owner} is reported to ${attempt.user}`,
  )
}

/** How an account belongs to another flow than the one that reports it. */
function whoseIs({ store }: Setting, flow: Flow, other: Flow): string {
  if (!other.endings.includes('reported')) return "another flow's, whose answer was lost"
  const storageOf = ({ isPopup, tab }: Flow) =>
    isPopup || store === 'localStorage' ? 'localStorage' : tab.name
  const isSame = storageOf(flow) === storageOf(other)
  return isSame ? "another flow's" : "another flow's, which is kept in another storage"
}

/**
 * What an error says about the end of a flow; undefined if the same callback may go on, or the flow is not this page's. A
 * flow in a popup is over with any error, and is cancelled if its page has aborted it.
 */
function endingOf({ work, abort }: Attempt, error: unknown): Ending | undefined {
  const { name, code, status } = Object(error)
  if (code === 'outcome_unknown') return 'unknown'
  if (work === 'popup') return abort.signal.aborted ? 'cancelled' : 'refused'
  const isRefusal = ['expired', 'access_denied', 'provider_error'].includes(code)
  if (name === 'ConnectFlowError') return isRefusal ? 'refused' : undefined
  const isOpen = code === 'unexpected_response' || [401, 403, 415, 429].includes(status)
  return name === 'MyAccountApiError' && !isOpen && status < 500 ? 'refused' : undefined
}

/** Once a flow is over, nothing in the browser's storage completes it. */
function checkVerifierGone({ tabs, attempts }: World, flow: Flow): void {
  const isRunning = attempts.some((one) => one.flow === flow && !one.outcome && one.page.isOpen())
  if (flow.endings.length === 0 || isRunning) return
  const storages = [flow.tab.browser.localStorage, ...tabs.map((tab) => tab.sessionStorage)]
  const tokens = JSON.stringify(storages).match(/[\w-]{43}/g) ?? []
  const isThere = tokens.some((token) => challengeOf(token) === flow.challenge)
  claim(!isThere, `the verifier of flow ${flow.number} is kept though the flow is over`)
}

/**
 * Checks what must come true once the faults are over: the person reloads the callback of each flow whose account the
 * application does not know, and hears of it; and the next flow works.
 */
export async function checkEnd(world: World): Promise<void> {
  world.network.areListsUp = true
  world.releaseTokens()
  for (let minutes = 0; minutes < 3; minutes += 1) {
    await answerAll(world)
    passTime(world, 60_000) // what is tried again later is tried now
  }
  await answerAll(world)
  for (const flow of world.flows) {
    if (flow.connected === undefined || flow.endings.length > 0) continue
    await reload(world, flow)
    claim(
      flow.endings.includes('reported') || flow.endings.includes('unknown'),
      `flow ${flow.number} has connected an account, and nobody was told`,
    )
  }
  await checkNextFlow(world)
}

async function reload(world: World, { owner, tab, callbacks: [url] }: Flow): Promise<void> {
  world.user = owner
  if (!url) throw new Error('An account was connected before its callback.')
  world.complete(await world.load(tab, url))
  await answerAll(world)
  passTime(world, 1000) // the callback page of a popup stays open for a moment
  await answerAll(world)
  checkProperties(world)
}

/** Delivers what is sent until nothing is sent any longer. What pages have left behind never arrives. */
async function answerAll(world: World): Promise<void> {
  await world.settled()
  for (;;) {
    const request = [...world.network.held].find((one) => one.isAwaited())
    if (!request) return
    await request.deliver({ isAnswered: true })
    await world.settled()
    checkProperties(world)
  }
}

async function started(world: World, tab: Tab): Promise<Attempt> {
  const attempt = world.start(await world.load(tab, 'http://localhost:3000/'))
  await answerAll(world)
  return attempt
}

async function checkNextFlow(world: World): Promise<void> {
  const [tab] = world.tabs
  if (!tab) return
  world.user = 'alice'
  const { outcome, flow } = await started(world, tab)
  claim(flow?.url !== undefined, `the next flow does not start: ${describe(outcome)}`)
  const url = await world.emulator.consent(flow.url)
  world.codes.set(url.searchParams.get('connect_code') ?? '', { flow, identity: 'alice' })
  flow.callbacks.push(url.href)
  await reload(world, flow)
  claim(flow.endings.includes('reported'), 'the next flow connects no account')
}
