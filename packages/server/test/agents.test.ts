import { ConnectionRequiredError, readConnectionRequired } from '@connected-accounts/client'
import { describe, expect, test } from 'vitest'
import {
  connectionRequiredResult,
  fromTokenVaultInterrupt,
  toTokenVaultInterrupt,
} from '../src/agents/index.js'

const error = new ConnectionRequiredError({
  connection: 'google-oauth2',
  scopes: ['openid', 'calendar'],
  accountId: 'cac_1',
  reason: 'revoked',
})
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('the result of a tool', () => {
  test('is JSON from which the page reads the error again, and tells the model what to do', () => {
    const result = json(connectionRequiredResult(error))
    expect(readConnectionRequired(result)).toMatchObject({
      connection: 'google-oauth2',
      scopes: ['openid', 'calendar'],
      accountId: 'cac_1',
      reason: 'revoked',
    })
    expect(result).toMatchObject({ instructions: expect.stringContaining('connect google-oauth2') })
  })
})

describe('the interrupt of @auth0/ai', () => {
  test('has its fields, also as JSON', () => {
    expect(json(toTokenVaultInterrupt(error))).toEqual({
      name: 'AUTH0_AI_INTERRUPT',
      code: 'TOKEN_VAULT_ERROR',
      message: error.message,
      connection: 'google-oauth2',
      scopes: ['openid', 'calendar'],
      requiredScopes: ['openid', 'calendar'],
      authorizationParams: {},
      behavior: 'resume',
      connectionRequired: { reason: 'revoked', accountId: 'cac_1' },
    })
    expect(toTokenVaultInterrupt(error, { behavior: 'reload' }).behavior).toBe('reload')
  })

  test('comes back as the same error', () => {
    const back = fromTokenVaultInterrupt(json(toTokenVaultInterrupt(error)))
    expect(back?.toJSON()).toEqual(error.toJSON())
  })

  test('that @auth0/ai has made comes back as not_connected, with the scopes to ask for', () => {
    const made = Object.assign(new Error('Authorization required to access the Token Vault'), {
      name: 'AUTH0_AI_INTERRUPT',
      code: 'TOKEN_VAULT_ERROR',
      connection: 'github',
      scopes: ['repo'],
      requiredScopes: ['read:user', 'repo'],
      authorizationParams: {},
      behavior: 'resume',
    })
    const back = { connection: 'github', scopes: ['read:user', 'repo'], reason: 'not_connected' }
    expect(fromTokenVaultInterrupt(made)).toMatchObject(back)
    expect(fromTokenVaultInterrupt(json({ ...made, message: made.message }))).toMatchObject(back)
  })

  test.for([
    [undefined],
    ['AUTH0_AI_INTERRUPT'],
    [
      {
        name: 'AUTH0_AI_INTERRUPT',
        code: 'ASYNC_AUTHORIZATION_PENDING',
        connection: 'a',
        scopes: [],
      },
    ],
    [{ name: 'Error', code: 'TOKEN_VAULT_ERROR', connection: 'a', scopes: [] }],
    [{ name: 'AUTH0_AI_INTERRUPT', code: 'TOKEN_VAULT_ERROR' }],
    [{ name: 'AUTH0_AI_INTERRUPT', code: 'TOKEN_VAULT_ERROR', connection: 1, scopes: [] }],
    [{ name: 'AUTH0_AI_INTERRUPT', code: 'TOKEN_VAULT_ERROR', connection: 'a', scopes: 'b' }],
  ])('is not read from %j', ([value]) => {
    expect(fromTokenVaultInterrupt(value)).toBeUndefined()
  })
})
