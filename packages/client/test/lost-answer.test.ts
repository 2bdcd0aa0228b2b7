import { expect, test } from 'vitest'
import { completeConnect, createConnectedAccountsClient, isConnectFlowError } from '../src/index.js'
import { clientWith, comeBack, connected, lost } from './flows.js'
import { json, observedFetch, problem, rejection } from './observed-client.js'

const older = { ...connected, id: 'cac_0' }
const newer = { ...connected, id: 'cac_2' }

/** A flow whose first attempt to complete had no answer. */
async function answerLost(flow: Parameters<typeof comeBack>[0] = {}) {
  const started = await comeBack(flow)
  await expect(started.complete(lost).done).rejects.toThrow('fetch failed')
  return started
}

test('the code is sent again, and where it still works that is the answer', async () => {
  const { completeWith } = await answerLost({ accounts: [] })
  const again = clientWith([], json(201, connected))
  expect(await completeWith(again)).toEqual({ account: connected })
  expect(again.requests.map(({ method }) => method)).toEqual(['POST'])
})

test.for([400, 404, 409])(
  'where a %i says that the code is used up, the one account that is new was connected',
  async (status) => {
    const { completeWith, transactions, state } = await answerLost({
      accounts: [older],
      appState: 1,
    })
    const again = clientWith([older, newer], problem(status))
    expect(await completeWith(again)).toEqual({ account: newer, appState: 1 })
    expect(new URL(again.requests[1]?.url ?? '').search).toBe('?take=20&connection=github')
    expect(await transactions.get(state)).toMatchObject({ account: newer })
    expect((await transactions.get(state))?.pending).toBeUndefined()
  },
)

test.for<[string, object[] | undefined, object[]]>([
  ['none is new', [older], [older]],
  ['the only one was there before', [older], []],
  ['two are new', [older], [older, connected, newer]],
  ['the accounts at the start are not known', undefined, [newer]],
])('outcome_unknown where %s, and the transaction is over', async ([, before, after]) => {
  const flow = before ? { accounts: before } : {}
  const { completeWith, transactions, state } = await answerLost({ ...flow, returnTo: '/back' })
  const again = clientWith(after, problem(400))
  await expect(completeWith(again)).rejects.toMatchObject({
    code: 'outcome_unknown',
    returnTo: '/back',
    cause: { status: 400 },
  })
  expect(await transactions.get(state)).toBeUndefined()
})

test('an answer that cannot be read is as good as lost', async () => {
  const { complete, completeWith } = await comeBack({ accounts: [] })
  await expect(complete(() => new Response('{"id":', { status: 201 })).done).rejects.toMatchObject({
    code: 'unexpected_response',
  })
  expect(await completeWith(clientWith([connected], problem(400)))).toEqual({ account: connected })
})

test('where the list fails too, nothing is decided: the same callback tries again', async () => {
  const { completeWith } = await answerLost({ accounts: [] })
  const failing = clientWith(undefined, problem(400))
  await expect(completeWith(failing)).rejects.toMatchObject({ status: 403 })
  expect(await completeWith(clientWith([connected], problem(400)))).toEqual({ account: connected })
})

test('once the time is over the code is not sent again, and the accounts tell', async () => {
  const { completeWith, transactions, state } = await answerLost({ accounts: [] })
  const kept = await transactions.get(state)
  if (!kept) throw new Error('nothing kept')
  await transactions.set(state, { ...kept, expiresAt: Date.now() }, kept)
  const again = clientWith([connected])
  expect(await completeWith(again)).toEqual({ account: connected })
  expect(again.sent()).toHaveLength(0)
})

test.for<[string, () => Promise<string>, AbortSignal | undefined]>([
  ['there was no token', () => Promise.reject(new Error('login_required')), undefined],
  [
    'it was given up before there was a token',
    () => new Promise(() => {}),
    AbortSignal.timeout(20),
  ],
])('where %s no answer was lost, as nothing was sent', async ([, accessToken, signal]) => {
  for (const isExpired of [false, true]) {
    const { callbackUrl, transactions, state, completeWith } = await comeBack({ accounts: [] })
    const { fetch } = observedFetch(json(201, connected))
    const withoutToken = createConnectedAccountsClient({ domain: 'd.test', accessToken, fetch })
    const options = { callbackUrl, transactions, signal }
    expect(isConnectFlowError(await rejection(completeConnect(withoutToken, options)))).toBe(false)
    const kept = await transactions.get(state)
    if (isExpired && kept) await transactions.set(state, { ...kept, expiresAt: Date.now() }, kept)
    const again = clientWith([newer], problem(400))
    const error = await rejection(completeWith(again))
    expect(error).toMatchObject(isExpired ? { code: 'expired' } : { status: 400 })
  }
})
