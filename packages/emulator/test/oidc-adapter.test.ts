import { expect, it } from 'vitest'
import { createOidcStore } from '../src/oidc/adapter.js'

const clock = { now: 0 }
const create = () => createOidcStore(() => clock.now).adapter('RefreshToken')

it('The store of the authorization server forgets what has expired', async () => {
  const model = create()
  await model.upsert('id', { accountId: 'a' }, 10)
  clock.now += 9_999
  expect(await model.find('id')).toEqual({ accountId: 'a' })
  clock.now += 1
  expect(await model.find('id')).toBeUndefined()
})

it('The store of the authorization server forgets the oldest records rather than grow without bound', async () => {
  const model = create()
  for (let id = 0; id <= 10_000; id += 1) await model.upsert(String(id), {}, 10)
  expect(await model.find('0')).toBeUndefined()
  expect(await model.find('1')).toEqual({})
  expect(await model.find('10000')).toEqual({})
})

it('The store of the authorization server gives each caller a copy', async () => {
  const model = create()
  await model.upsert('id', { authorizations: {} }, 10)
  const one = await model.find('id')
  Object.assign(one?.authorizations ?? {}, { spa: { grantId: 'g' } })
  expect(await model.find('id')).toEqual({ authorizations: {} })
})

it('The store of the authorization server revokes the tokens of one grant', async () => {
  const model = create()
  await model.upsert('one', { grantId: 'g' }, 10)
  await model.upsert('other', { grantId: 'h' }, 10)
  await model.revokeByGrantId('g')
  expect(await model.find('one')).toBeUndefined()
  expect(await model.find('other')).toEqual({ grantId: 'h' })
})
