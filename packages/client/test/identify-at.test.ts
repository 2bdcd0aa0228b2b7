import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { identifyAt } from '../src/index.js'

const sent: Request[] = []
let answer: () => Response

beforeEach(() => {
  sent.length = 0
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    sent.push(new Request(new URL(url, 'https://app.example'), init))
    return answer()
  })
})
afterEach(() => void vi.unstubAllGlobals())

const identify = identifyAt('/auth/accounts')
const account = { id: 'cac_1', connection: 'google-oauth2' }
const label = { label: 'Alice', picture: 'https://images.example/alice.png' }

test('the server is asked by a POST, and the login hint is in the body', async () => {
  answer = () => Response.json(label)
  expect(await identify({ ...account, loginHint: 'alice@google.example' })).toEqual(label)
  const [request] = sent
  expect([request?.method, request?.url]).toEqual([
    'POST',
    'https://app.example/auth/accounts/cac_1/identify',
  ])
  expect(request?.headers.get('content-type')).toBe('application/json')
  expect(await request?.json()).toEqual({ login_hint: 'alice@google.example' })
})

test('an id cannot lead to another route', async () => {
  answer = () => Response.json(label)
  await identify({ ...account, id: '../logout?' })
  expect(sent[0]?.url).toBe('https://app.example/auth/accounts/..%2Flogout%3F/identify')
})

test('nobody knows how to ask the provider: there is no label', async () => {
  answer = () => new Response(null, { status: 204 })
  expect(await identify(account)).toBeUndefined()
})

test('only a label is taken for one', async () => {
  answer = () => Response.json({ ...label, accessToken: 'a-token' })
  expect(await identify(account)).toEqual(label)
  answer = () => Response.json({ label: 'Alice', picture: 'http://images.example/alice.png' })
  expect(await identify(account)).toBeUndefined()
})

test('a refusal is a MyAccountApiError with the title of the problem', async () => {
  const problem = { type: 'about:blank', title: 'ambiguous_account', status: 409, detail: 'Two.' }
  answer = () => Response.json(problem, { status: 409 })
  await expect(identify(account)).rejects.toMatchObject({
    name: 'MyAccountApiError',
    title: 'ambiguous_account',
    status: 409,
  })
})
