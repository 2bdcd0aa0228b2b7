import type { Try } from '@connected-accounts/testing/sweep/outside'
import type { Outcome, Scene } from '@connected-accounts/testing/sweep/sweep'
import { watch } from '@connected-accounts/testing/sweep/watch'
import { expect } from 'vitest'
import {
  type AccessTokenSource,
  type CompletedConnect,
  completeConnect,
  createConnectedAccountsClient,
  isConnectFlowError,
  iterateConnectedAccounts,
  memoryTransactions,
  type StartedConnect,
  startConnect,
} from '../../src/index.js'
import { openTab, redirectUri, type Sent, type Stage, type Tab } from './world.js'

/** Makes the `accessToken` option of the application in a tab. */
export type CreateTokens = (stage: Stage, tab: Tab) => Promise<AccessTokenSource>

/** A stage, and the source of the application's access tokens. */
export interface ApplicationOptions {
  stage: Stage
  createTokens: CreateTokens
}

/** Always returns the same token, so that a scene is only about the connect flow. */
export const oneToken: CreateTokens = async ({ emulator, jkt }) => {
  const token = await emulator.issueAccessToken({ user_id: 'auth0|alice', jkt })
  const { accessToken } = watch('application', {
    accessToken: async () => ({ accessToken: token, tokenType: 'DPoP' }),
  })
  return accessToken
}

const connection = 'google-oauth2'

/** An application in a tab, with Alice logged in, and what happened in it. */
async function openApplication({ stage, createTokens }: ApplicationOptions) {
  const { emulator } = stage
  const tab = await openTab(stage)
  const { held, sent, network, fetch, dpop } = tab
  const { domain } = emulator
  const accessToken = await createTokens(stage, tab)
  const client = createConnectedAccountsClient({ domain, accessToken, dpop, fetch })
  const transactions = watch('store', memoryTransactions())
  const start = (signal?: AbortSignal) =>
    startConnect(client, {
      connection,
      redirectUri,
      transactions,
      user: 'alice',
      appState: { from: 'here' },
      ...(signal && { signal }),
    })
  const complete = (callbackUrl: URL, signal?: AbortSignal) =>
    completeConnect(client, {
      callbackUrl,
      transactions,
      user: 'alice',
      ...(signal && { signal }),
    })
  const connected = async () => {
    const ids: string[] = []
    for await (const { id } of iterateConnectedAccounts(client, { connection })) ids.push(id)
    return ids
  }
  return { emulator, held, sent, network, start, complete, connected }
}

function lastValue<T>(outcomes: readonly Outcome[]): T {
  const last = outcomes.at(-1)
  expect(last, 'the last try').toHaveProperty('value')
  return (last as { value: T }).value // as was just expected
}

export async function starting(options: ApplicationOptions): Promise<Scene> {
  const application = await openApplication(options)
  const { emulator, held, start, complete, connected } = application
  return {
    // It has no deadline: the caller ends the wait.
    attempt: (signal) => start(AbortSignal.any([signal, AbortSignal.timeout(60_000)])),
    again: () => start(),
    async check(outcomes) {
      expect([...held], 'locks').toEqual([])
      const started = lastValue<StartedConnect>(outcomes)
      const { account, appState } = await complete(await emulator.consent(started.url))
      expect(appState).toEqual({ from: 'here' })
      expect(await connected()).toEqual([account.id])
    },
  }
}

/** Checks what must be true of a flow after any tries to complete it. */
async function checkCompletion(
  { application, callbackUrl }: Flow,
  outcomes: readonly Outcome[],
  { first: { faulty }, callsInTry }: { first: Try; callsInTry: number },
) {
  const { held, sent, complete, connected } = application
  expect([...held], 'locks').toEqual([])
  checkCodes(sent, callsInTry)
  for (const outcome of outcomes) {
    if ('error' in outcome) expect(outcome.error).not.toMatchObject({ status: 400 })
  }
  const [completed, ...others] = outcomes.flatMap((outcome) =>
    'value' in outcome ? [outcome.value as CompletedConnect] : [],
  )
  if (!completed) throw new Error('The account was not reported.')
  for (const other of others) expect(other).toEqual(completed)
  expect(completed.appState).toEqual({ from: 'here' })
  expect(await connected()).toEqual([completed.account.id])
  // A store that fails after the answer has nothing to show after a reload.
  if (faulty?.name === 'store.set()') return
  const count = sent.length
  expect((await complete(callbackUrl)).account, 'the account after a reload').toEqual(
    completed.account,
  )
  expect(sent.length, 'requests of a reload').toBe(count)
}

/** A code is sent with the verifier of its flow, and once in each call. */
function checkCodes(sent: readonly Sent[], callsInTry = 1) {
  const completions = sent.filter(({ path }) => path.endsWith('/complete'))
  const [first] = completions
  for (const { body } of completions) expect(body).toEqual(first?.body)
  const processed = completions.filter(({ status }) => status === 201 || status === 400)
  for (const one of processed) {
    expect(processed.filter(({ by }) => by === one.by).length).toBeLessThan(callsInTry + 1)
  }
}

type Flow = Awaited<ReturnType<typeof comeBack>>

async function comeBack(
  options: ApplicationOptions,
  answer: { decision?: 'allow' | 'cancel' } = {},
) {
  const application = await openApplication(options)
  const { emulator, start } = application
  const { url } = await start()
  return { application, callbackUrl: await emulator.consent(url, answer) }
}

function sceneOf(flow: Flow, attempt: Scene['attempt'], callsInTry = 1): Scene {
  return {
    attempt,
    isFinal: (error) => isConnectFlowError(error) && error.code === 'unknown_state',
    check: (outcomes, first) => checkCompletion(flow, outcomes, { first, callsInTry }),
  }
}

export async function completing(options: ApplicationOptions): Promise<Scene> {
  const flow = await comeBack(options)
  const { application, callbackUrl } = flow
  return sceneOf(flow, (signal) => application.complete(callbackUrl, signal))
}

/** The answer to the first completion was lost. */
async function completingAgain(options: ApplicationOptions): Promise<Scene> {
  const flow = await comeBack(options)
  const { application, callbackUrl } = flow
  application.network.losesNext = '/complete'
  await expect(application.complete(callbackUrl)).rejects.toThrow('fetch failed')
  return sceneOf(flow, (signal) => application.complete(callbackUrl, signal))
}

/** The answer was lost, and another account is new, which may be that of another device. */
async function completingInDoubt(options: ApplicationOptions): Promise<Scene> {
  const flow = await comeBack(options)
  const { application, callbackUrl } = flow
  application.network.losesNext = '/complete'
  await expect(application.complete(callbackUrl)).rejects.toThrow('fetch failed')
  await application.emulator.seed({ user_id: 'auth0|alice', connection })
  const codes = ['outcome_unknown', 'unknown_state'] // the latter, if the store could not keep the result
  return {
    attempt: (signal) => application.complete(callbackUrl, signal),
    isFinal: (error) => isConnectFlowError(error) && codes.includes(error.code),
    async check(outcomes) {
      checkCodes(application.sent)
      expect(outcomes).toContainEqual({
        error: expect.objectContaining({ code: 'outcome_unknown' }),
      })
      for (const outcome of outcomes) expect(outcome).not.toMatchObject({ error: { status: 400 } })
    },
  }
}

/** The person has pressed Cancel at the provider. */
async function completingDenied(options: ApplicationOptions): Promise<Scene> {
  const { application, callbackUrl } = await comeBack(options, { decision: 'cancel' })
  const codes = ['access_denied', 'unknown_state']
  return {
    attempt: (signal) => application.complete(callbackUrl, signal),
    isFinal: (error) => isConnectFlowError(error) && codes.includes(error.code),
    check(outcomes) {
      expect(outcomes.at(-1)).toHaveProperty('error')
      expect(application.sent.filter(({ path }) => path.endsWith('/complete'))).toEqual([])
    },
  }
}

/** Two callers complete at once, and the first one may be aborted. */
async function completingTwice(options: ApplicationOptions): Promise<Scene> {
  const flow = await comeBack(options)
  const { application, callbackUrl } = flow
  const attempt: Scene['attempt'] = async (signal) => {
    const both = [application.complete(callbackUrl, signal), application.complete(callbackUrl)]
    const results = await Promise.allSettled(both)
    const values = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(new Set(values.map(({ account }) => account.id)).size).toBeLessThan(2)
    return values[0] ?? both[0]
  }
  return sceneOf(flow, attempt, 2)
}

/** What else completing a flow may meet. */
export const otherCompletions: [string, (options: ApplicationOptions) => Promise<Scene>][] = [
  ['after a lost answer', completingAgain],
  ['where the outcome cannot be known', completingInDoubt],
  ['after a refusal at the provider', completingDenied],
  ['while another call completes the same flow', completingTwice],
]
