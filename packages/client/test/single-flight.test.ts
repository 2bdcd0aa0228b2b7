import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { runAlone } from '../src/mutex.js'
import { clientWith, comeBack, connected } from './flows.js'
import { json } from './observed-client.js'

/** A response that waits until `answerNow` is called. */
function held(answer: () => Response) {
  let answerNow = () => {}
  const told = new Promise<void>((resolve) => {
    answerNow = resolve
  })
  return { answer: () => told.then(answer), answerNow }
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20))

test('completing many times at once sends once', async () => {
  const { completeWith } = await comeBack({ user: 'auth0|alice' })
  const once = clientWith([], json(201, connected))
  const many = Array.from({ length: 100 }, () => completeWith(once, { user: 'auth0|alice' }))
  expect(new Set((await Promise.all(many)).map(({ account }) => account.id))).toEqual(
    new Set(['cac_1']),
  )
  expect(once.sent()).toHaveLength(1)
})

test('a caller who says the user and one who does not share one completion of a flow without a user', async () => {
  const { completeWith } = await comeBack()
  const once = clientWith([], json(201, connected))
  const both = [completeWith(once, { user: 'auth0|alice' }), completeWith(once)]
  expect((await Promise.all(both)).map(({ account }) => account.id)).toEqual(['cac_1', 'cac_1'])
  expect(once.sent()).toHaveLength(1)
})

test.for([['auth0|bob'], [undefined]])(
  'while the one who started completes, %s is a user_mismatch and is not given the answer',
  async ([user]) => {
    const { completeWith } = await comeBack({ user: 'auth0|alice' })
    const { answer, answerNow } = held(json(201, connected))
    const once = clientWith([], answer)
    const alice = completeWith(once, { user: 'auth0|alice' })
    await soon()
    await expect(completeWith(once, { user })).rejects.toMatchObject({ code: 'user_mismatch' })
    answerNow()
    expect((await alice).account).toEqual(connected)
    expect(once.sent()).toHaveLength(1)
  },
)

test('callers that share a completion share its failure, and the next one tries again', async () => {
  const { completeWith } = await comeBack()
  const failure = new TypeError('fetch failed')
  const failing = clientWith([], () => Promise.reject(failure))
  const both = await Promise.allSettled([completeWith(failing), completeWith(failing)])
  expect(both.map((result) => result.status === 'rejected' && result.reason)).toEqual([
    failure,
    failure,
  ])
  expect(failing.sent()).toHaveLength(1)
  const again = clientWith([], json(201, connected))
  expect((await completeWith(again)).account).toEqual(connected)
})

test('what was aborted before it began is not sent', async () => {
  const { completeWith } = await comeBack()
  const once = clientWith([], json(201, connected))
  const abort = new AbortController()
  const aborted = completeWith(once, { signal: abort.signal })
  abort.abort()
  await expect(aborted).rejects.toBe(abort.signal.reason)
  expect(once.sent()).toHaveLength(0)
})

test('a caller whose fellow gives up goes on by itself, as an effect does that runs twice', async () => {
  const { completeWith } = await comeBack()
  const abort = new AbortController()
  const never = clientWith(
    [],
    () =>
      new Promise((_, reject) => {
        abort.signal.addEventListener('abort', () => reject(abort.signal.reason))
      }),
  )
  const first = completeWith(never, { signal: abort.signal })
  await soon()
  const second = completeWith(clientWith([], json(201, connected)))
  await soon()
  abort.abort()
  await expect(first).rejects.toBe(abort.signal.reason)
  expect((await second).account).toEqual(connected)
})

test('a caller who gives up waiting leaves the completion to the other', async () => {
  const { completeWith } = await comeBack()
  const { answer, answerNow } = held(json(201, connected))
  const once = clientWith([], answer)
  const first = completeWith(once)
  await soon()
  const abort = new AbortController()
  const second = completeWith(once, { signal: abort.signal })
  await soon()
  abort.abort()
  await expect(second).rejects.toBe(abort.signal.reason)
  answerNow()
  expect((await first).account).toEqual(connected)
})

test('work whose Web Lock is refused waits for work whose Web Lock was granted', async () => {
  const { request } = navigator.locks
  const refused = () => Promise.reject(new DOMException('Denied.', 'SecurityError'))
  const requests = [request.bind(navigator.locks), refused]
  const locks = { request: (...args: Parameters<typeof request>) => requests.shift()?.(...args) }
  vi.stubGlobal('navigator', { locks })
  onTestFinished(() => void vi.unstubAllGlobals())
  const events: string[] = []
  let end = () => {}
  const first = runAlone('name', async () => {
    events.push('first')
    await new Promise<void>((resolve) => (end = resolve))
    events.push('first has ended')
  })
  const second = runAlone('name', async () => void events.push('second'))
  await expect.poll(() => events[0]).toBe('first')
  await nextTurn()
  end()
  await Promise.all([first, second])
  expect(events).toEqual(['first', 'first has ended', 'second'])
})

test('a completion whose Web Lock is refused, as in a sandboxed frame, completes', async () => {
  const request = vi.fn(() => Promise.reject(new DOMException('Denied.', 'SecurityError')))
  vi.stubGlobal('navigator', { locks: { request } })
  onTestFinished(() => void vi.unstubAllGlobals())
  const { completeWith } = await comeBack()
  const { account } = await completeWith(clientWith([], json(201, connected)))
  expect(account).toEqual(connected)
  expect(request).toHaveBeenCalled()
})
