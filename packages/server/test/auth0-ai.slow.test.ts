import { ConnectionRequiredError } from '@connected-accounts/client'
import { installPackages, type NpmPackages } from '@connected-accounts/testing/machine/npm-packages'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fromTokenVaultInterrupt, toTokenVaultInterrupt } from '../src/agents/index.js'

/** What is used of `@auth0/ai/interrupts`. */
interface Interrupts {
  TokenVaultInterrupt: {
    new (message: string, fields: object): Error
    isInterrupt(value: unknown): boolean
  }
}

let packages: NpmPackages
let interrupts: Interrupts
beforeAll(async () => {
  packages = await installPackages({ '@auth0/ai': '5.1.1' })
  interrupts = packages.require('@auth0/ai/interrupts')
}, 300_000)
afterAll(() => packages?.remove())

const error = new ConnectionRequiredError({
  connection: 'google-oauth2',
  scopes: ['openid', 'email'],
  reason: 'expired',
})

test('@auth0/ai 5 takes our interrupt for one of its own, also from JSON', () => {
  const interrupt = toTokenVaultInterrupt(error)
  const { isInterrupt } = interrupts.TokenVaultInterrupt
  const check = (value: unknown) => isInterrupt.call(interrupts.TokenVaultInterrupt, value)
  expect(check(interrupt)).toBe(true)
  expect(check(JSON.parse(JSON.stringify(interrupt)))).toBe(true)
  expect(check({ ...interrupt, code: 'OTHER' })).toBe(false)
})

test('our interrupt has every field that one of @auth0/ai 5 has', () => {
  const fields = { connection: 'google-oauth2', scopes: ['email'], requiredScopes: ['email'] }
  const theirs = JSON.parse(JSON.stringify(new interrupts.TokenVaultInterrupt('a message', fields)))
  expect(Object.keys(toTokenVaultInterrupt(error))).toEqual(
    expect.arrayContaining(Object.keys(theirs)),
  )
})

test('an interrupt of @auth0/ai 5 is read as a ConnectionRequiredError', () => {
  const fields = { connection: 'github', scopes: ['repo'], requiredScopes: ['read:user', 'repo'] }
  const interrupt = new interrupts.TokenVaultInterrupt('a message', fields)
  expect(fromTokenVaultInterrupt(interrupt)).toMatchObject({
    connection: 'github',
    scopes: ['read:user', 'repo'],
    reason: 'not_connected',
  })
})
