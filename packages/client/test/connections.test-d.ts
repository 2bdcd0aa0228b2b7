import { expectTypeOf, test } from 'vitest'
import { google, googleWorkspace } from '../src/catalogue/index.js'
import {
  type ConnectionDefinition,
  type ConnectionReference,
  type ConnectionScope,
  defineConnections,
  type StartConnectOptions,
} from '../src/index.js'

const connections = defineConnections({
  calendar: { connection: 'google-oauth2', scopes: ['openid', 'calendar'] },
})

test('names and scopes are literal types', () => {
  expectTypeOf(connections.calendar.connection).toEqualTypeOf<'google-oauth2'>()
  expectTypeOf(connections.calendar.scopes).toEqualTypeOf<readonly ['openid', 'calendar']>()
  // @ts-expect-error no such key
  connections.mail
  // @ts-expect-error a definition needs the name of its connection
  defineConnections({ calendar: { scopes: ['openid'] } })
})

test('a definition names what stops working without its connection', () => {
  const usedBy = ['Calendar sync', 'Briefing agent'] as const
  const { calendar } = defineConnections({ calendar: { connection: 'google-oauth2', usedBy } })
  expectTypeOf(calendar.usedBy).toEqualTypeOf<readonly ['Calendar sync', 'Briefing agent']>()
  expectTypeOf(calendar).toExtend<ConnectionDefinition>()
  // @ts-expect-error one name is a list of one
  defineConnections({ calendar: { connection: 'google-oauth2', usedBy: 'Calendar sync' } })
})

test('without Register any string passes', () => {
  expectTypeOf<string>().toExtend<ConnectionReference>()
  expectTypeOf<ConnectionScope>().toEqualTypeOf<string>()
  expectTypeOf<ConnectionScope<'github'>>().toEqualTypeOf<string>()
  expectTypeOf<ConnectionScope<typeof connections.calendar>>().toEqualTypeOf<string>()
  expectTypeOf(connections.calendar).toExtend<StartConnectOptions['connection']>()
})

test('a definition with a provider keeps its literal types and has that of the connection', () => {
  const { calendar, work } = defineConnections({
    calendar: { provider: google, scopes: ['openid', 'calendar'] },
    work: { provider: googleWorkspace, connection: 'acme', label: 'Acme' },
  })
  expectTypeOf(calendar.connection).toEqualTypeOf<'google-oauth2'>()
  expectTypeOf(calendar.scopes).toEqualTypeOf<readonly ['openid', 'calendar']>()
  expectTypeOf(calendar.label).toEqualTypeOf<string>()
  expectTypeOf(work.connection).toEqualTypeOf<'acme'>()
  expectTypeOf(work.label).toEqualTypeOf<'Acme'>()
  expectTypeOf(calendar).toExtend<ConnectionDefinition>()
})
