import { expect, test } from 'vitest'
import { checkConnections, defineConnections } from '../src/index.js'
import { start } from './flows.js'
import { json, observedClient } from './observed-client.js'

const connections = defineConnections({
  calendar: { connection: 'google-oauth2', scopes: ['openid', 'calendar'], label: 'Google' },
  code: { connection: 'github' },
})

const offer = (scopes?: string[]) =>
  json(200, {
    connections: [
      { name: 'google-oauth2', strategy: 'google-oauth2', ...(scopes && { scopes }) },
      { name: 'github', strategy: 'github' },
    ],
  })

test('a connection may be given as it was defined, with its scopes', async () => {
  const { flow, sent, transactions } = start({ connection: connections.calendar })
  const { state } = await flow
  const body = await sent()[0]?.json()
  expect(body).toMatchObject({ connection: 'google-oauth2', scopes: ['openid', 'calendar'] })
  expect(await transactions.get(state)).toMatchObject({ connection: 'google-oauth2' })
})

test('scopes in the options replace those of the definition, and a definition may have none', async () => {
  const own = start({ connection: connections.calendar, scopes: ['openid'] })
  await own.flow
  expect(await own.sent()[0]?.json()).toMatchObject({ scopes: ['openid'] })
  const none = start({ connection: connections.code })
  await none.flow
  expect(await none.sent()[0]?.json()).not.toHaveProperty('scopes')
})

test('there is no drift if the tenant offers everything', async () => {
  const { client } = observedClient(offer(['openid', 'calendar', 'email']))
  expect(await checkConnections(client, connections)).toEqual([])
})

test('a connection that is listed without scopes is not compared by them', async () => {
  const { client } = observedClient(offer())
  expect(await checkConnections(client, connections)).toEqual([])
})

test('drift names the key, and what is not offered', async () => {
  const { client } = observedClient(offer(['openid']))
  const drive = { connection: 'dropbox', scopes: ['files'] }
  expect(await checkConnections(client, { ...connections, drive })).toEqual([
    {
      key: 'calendar',
      connection: 'google-oauth2',
      problem: 'scopes_not_offered',
      scopes: ['calendar'],
    },
    { key: 'drive', connection: 'dropbox', problem: 'not_offered', scopes: [] },
  ])
})
