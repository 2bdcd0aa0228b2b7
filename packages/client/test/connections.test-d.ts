import { expectTypeOf, test } from 'vitest'
import {
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

test('without Register any string passes', () => {
  expectTypeOf<string>().toExtend<ConnectionReference>()
  expectTypeOf<ConnectionScope>().toEqualTypeOf<string>()
  expectTypeOf<ConnectionScope<'github'>>().toEqualTypeOf<string>()
  expectTypeOf<ConnectionScope<typeof connections.calendar>>().toEqualTypeOf<string>()
  expectTypeOf(connections.calendar).toExtend<StartConnectOptions['connection']>()
})
