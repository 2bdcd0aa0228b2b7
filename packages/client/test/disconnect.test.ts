import { expect, test } from 'vitest'
import { disconnectAccount, getUndoable, subscribeToUndoable } from '../src/browser/index.js'
import { connected } from './flows.js'
import { json, observedClient, problem } from './observed-client.js'

/** A client whose DELETE has this answer, and whose list these accounts. */
function clientOf(deleted: () => Response, accounts: object[] = []) {
  const list = json(200, { accounts })
  const { client, requests } = observedClient(({ method }) =>
    method === 'GET' ? list() : deleted(),
  )
  return { client, methods: () => requests.map(({ method }) => method) }
}

const gone = () => new Response(null, { status: 204 })
const user = 'auth0|alice'

test('without an undo window the account is deleted at once', async () => {
  const { client, methods } = clientOf(gone)
  expect(await disconnectAccount(client, 'cac_1', { user })).toBe(false)
  expect(methods()).toEqual(['DELETE'])
})

test('a 404 counts as done where the account is no longer listed, and is thrown where it is', async () => {
  const done = clientOf(problem(404))
  expect(await disconnectAccount(done.client, 'cac_1')).toBe(false)
  expect(done.methods()).toEqual(['DELETE', 'GET'])
  const listed = clientOf(problem(404), [connected])
  await expect(disconnectAccount(listed.client, 'cac_1')).rejects.toMatchObject({ status: 404 })
})

test('within the undo window it is undoable, and undone nothing is sent', async () => {
  const { client, methods } = clientOf(gone)
  const seen: string[][] = []
  const stop = subscribeToUndoable(() => seen.push(getUndoable().map(({ id }) => id)))
  const undone = disconnectAccount(client, 'cac_1', { user, undoMs: 60_000 })
  expect(getUndoable()).toMatchObject([{ id: 'cac_1', user }])
  getUndoable()[0]?.undo()
  expect(await undone).toBe(true)
  expect(seen).toEqual([['cac_1'], []])
  expect(methods()).toEqual([])
  stop()
})

test('after the undo window it is deleted, and no longer undoable', async () => {
  const { client, methods } = clientOf(gone)
  expect(await disconnectAccount(client, 'cac_1', { undoMs: 10 })).toBe(false)
  expect(getUndoable()).toEqual([])
  expect(methods()).toEqual(['DELETE'])
})

test('a signal that aborts ends the undo window with its reason, and nothing is sent', async () => {
  const { client, methods } = clientOf(gone)
  const abort = new AbortController()
  const undone = disconnectAccount(client, 'cac_1', { undoMs: 60_000, signal: abort.signal })
  abort.abort(new Error('given up'))
  await expect(undone).rejects.toThrow('given up')
  const again = disconnectAccount(client, 'cac_1', { undoMs: 60_000, signal: abort.signal })
  await expect(again).rejects.toThrow('given up')
  expect(getUndoable()).toEqual([])
  expect(methods()).toEqual([])
})
