import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { ServerClient } from '../src/index.js'
import { createServer, createVisitor, redirectUri, type Visitor } from './visitor.js'

// Cookies know neither ports nor paths (RFC 6265 §8.5, §8.6), so one browser sends those of all applications of a host to each.
const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const secret = 'of the other, with thirty-two bytes'
const withUri = (redirect_uri: string) => ({ secret, authorizationParams: { redirect_uri } })
const startLogin = (server: ServerClient, visitor: Visitor) =>
  visitor.request((store) => server.startInteractiveLogin({}, store))
const complete = async (server: ServerClient, visitor: Visitor, url: string) => {
  const callbackUrl = await visitor.logIn(url)
  await visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store))
}
const logIn = async (server: ServerClient, visitor: Visitor) =>
  complete(server, visitor, await startLogin(server, visitor))
const userOf = (server: ServerClient, visitor: Visitor) =>
  visitor.request((store) => server.getUser(store))

describe.for([
  ['another port', withUri(redirectUri.replace('3000', '4000'))],
  ['the default port', withUri('http://localhost/callback')],
  ['a cookiePrefix of its own', { secret, cookiePrefix: 'other' }],
] as const)('an application on the same host with %s', ([, options]) => {
  test('has a session of its own, and a logout ends that one alone', async () => {
    const one = createServer(emulator)
    const other = createServer(emulator, options)
    const visitor = createVisitor(emulator.url)
    await logIn(one, visitor)
    await logIn(other, visitor)
    for (const server of [one, other]) expect(await userOf(server, visitor)).toBeTruthy()
    await visitor.request((store) => other.logout({}, store))
    expect(await userOf(other, visitor)).toBeUndefined()
    expect(await userOf(one, visitor)).toBeTruthy()
  })

  test('has flows of its own: five of them take the place of none of the others', async () => {
    const one = createServer(emulator)
    const other = createServer(emulator, options)
    const visitor = createVisitor(emulator.url)
    const urls = [await startLogin(one, visitor), await startLogin(one, visitor)]
    for (let flow = 0; flow < 6; flow += 1) await startLogin(other, visitor)
    expect(visitor.cookies.size).toBe(7)
    for (const url of urls) await complete(one, visitor, url)
    expect(await userOf(one, visitor)).toBeTruthy()
  })
})

test.for(['', 'my app', 'my_app', 'app;', 'é', 7])('cookiePrefix %o is a TypeError', (prefix) => {
  const create = () => createServer(emulator, { cookiePrefix: prefix as string }) // as without types
  expect(create).toThrow(TypeError)
  expect(create).toThrow('cookiePrefix')
})

test('the cookiePrefix comes after __Host- if the application has https', async () => {
  const server = createServer(emulator, {
    ...withUri('https://app.example.test:8443/callback'),
    cookiePrefix: 'shop',
  })
  const visitor = createVisitor(emulator.url)
  await startLogin(server, visitor)
  expect([...visitor.cookies.keys()].join()).toMatch(/^__Host-shop_tx\.login\./)
})
