import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as index from '../src/index.js'
import { createVisitor, redirectUri, secret, type Visitor } from './visitor.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())

const [configure, startLogin, completeLogin, startConnect, completeConnect, call, ...others] =
  codeBlocks('../README.md')

/** The ts blocks of a page, as functions bodies that give back what they declare. */
function codeBlocks(page: string): string[] {
  const text = readFileSync(new URL(page, import.meta.url), 'utf8')
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => {
    const names = [...code.matchAll(/^(?:export )?const (?:{ )?(\w+)/gm)].map(([, name]) => name)
    const body = code.replaceAll(/^import .*$/gm, '').replaceAll(/^export /gm, '')
    return `${stripTypeScriptTypes(body)}\nreturn { ${names.join(', ')} }`
  })
}

/** Runs a block with the placeholders of the page filled in. */
function run(block: string | undefined, given: object): Promise<Record<string, unknown>> {
  const { clientId, clientSecret } = emulator.clients.web
  const values = {
    YOUR_AUTH0_DOMAIN: emulator.domain,
    YOUR_CLIENT_ID: clientId,
    YOUR_CLIENT_SECRET: clientSecret,
    YOUR_SECRET: secret,
    YOUR_CALLBACK_URL: redirectUri,
    YOUR_API_IDENTIFIER: 'https://api.example.test/',
    CONNECTION: 'google-oauth2',
    SOME_URL: '/somewhere',
  }
  let code = block ?? ''
  for (const [name, value] of Object.entries(values))
    code = code.replaceAll(`'${name}'`, `'${value}'`)
  const strict = {
    assert(condition: boolean) {
      expect(condition).toBe(true)
    },
  }
  const scope = { ...index, console: strict, ...given }
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor // it has no name of its own
  return new AsyncFunction(...Object.keys(scope), code)(...Object.values(scope))
}

const inRequest = (visitor: Visitor, block: string | undefined, given: object) =>
  visitor.request((store) => run(block, { ...given, ...store }))

test('every code block of the README runs, in its order, from the login to the third party', async () => {
  const visitor = createVisitor(emulator.url)
  const { server } = await run(configure, {})
  const { authorizationUrl } = await inRequest(visitor, startLogin, { server })
  const login = await visitor.logIn(String(authorizationUrl))
  const { result } = await inRequest(visitor, completeLogin, { server, callbackUrl: login.href })
  expect(result).toMatchObject({ user: { sub: 'auth0|alice' } })
  const { connectUrl } = await inRequest(visitor, startConnect, { server })
  const { href: callbackUrl } = await visitor.connect(String(connectUrl))
  const completed = await inRequest(visitor, completeConnect, { server, callbackUrl })
  expect(completed.completeResponse).toMatchObject({
    account: { connection: 'google-oauth2' },
    appState: { returnUrl: '/somewhere' },
  })
  const tokens = await inRequest(visitor, call, { server })
  expect(tokens.google).toHaveProperty('accessToken')
  expect(others).toEqual([])
})
