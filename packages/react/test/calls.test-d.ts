import type { CompletedConnectedAccount, ConnectionRequiredError } from '@connected-accounts/client'
import { useConnectedCall, useConnectedQuery } from '@connected-accounts/react'
import { expectTypeOf, test } from 'vitest'

interface Draft {
  title: string
}

declare function createEvent(draft: Draft): Promise<{ id: string }>
declare function listEvents(): Promise<string[]>
const google = { connection: 'google-oauth2' } as const // a literal type
const key = ['create-event']

test('a call has the variables and the data of its fn', () => {
  const call = useConnectedCall({ ...google, key, fn: createEvent })
  call.mutate({ title: 'Lunch' })
  // @ts-expect-error a draft, not a text
  call.mutate('Lunch')
  expectTypeOf(call.mutateAsync({ title: 'Lunch' })).resolves.toEqualTypeOf<{ id: string }>()
  expectTypeOf(call.data).toEqualTypeOf<{ id: string } | undefined>()
  expectTypeOf(call.pendingCall?.variables).toEqualTypeOf<Draft | undefined>()
  expectTypeOf(call.pendingCall?.account).toEqualTypeOf<CompletedConnectedAccount | undefined>()
  useConnectedCall({ ...google, key, fn: listEvents }).mutate()
})

test('the status of a call narrows its other fields', () => {
  const call = useConnectedCall({ ...google, key, fn: createEvent })
  expectTypeOf(call.status).toEqualTypeOf<
    'idle' | 'pending' | 'success' | 'error' | 'needs_connection'
  >()
  if (call.status === 'success') expectTypeOf(call.data).toEqualTypeOf<{ id: string }>()
  if (call.status === 'error') expectTypeOf(call.error).toEqualTypeOf<Error>()
  if (call.status === 'needs_connection') {
    expectTypeOf(call.required).toEqualTypeOf<ConnectionRequiredError>()
    expectTypeOf(call.error).toEqualTypeOf<null>()
  }
})

test('a call does not go on by itself', () => {
  useConnectedCall({ ...google, key, fn: createEvent, resume: 'ask' })
  // @ts-expect-error only a query is safe to repeat
  useConnectedCall({ ...google, key, fn: createEvent, resume: 'auto' })
  useConnectedQuery({ ...google, key, fn: listEvents, resume: 'auto' })
  useConnectedQuery({ ...google, key, fn: listEvents, resume: 'ask' })
  // @ts-expect-error no such way
  useConnectedQuery({ ...google, key, fn: listEvents, resume: 'never' })
})

test('a call that may leave the page has a key', () => {
  useConnectedCall({ ...google, fn: createEvent, mode: 'popup' })
  useConnectedCall({ ...google, fn: createEvent, mode: 'session' })
  useConnectedCall({ ...google, fn: createEvent, mode: 'popup', onBlocked: 'throw' })
  // @ts-expect-error a redirect is the default
  useConnectedCall({ ...google, fn: createEvent })
  // @ts-expect-error a redirect on phones
  useConnectedCall({ ...google, fn: createEvent, mode: 'auto' })
  // @ts-expect-error a redirect if the popup is blocked
  useConnectedCall({ ...google, fn: createEvent, mode: 'popup', onBlocked: 'redirect' })
  // @ts-expect-error a list, as in TanStack Query
  useConnectedCall({ ...google, key: 'create-event', fn: createEvent })
})

test('what would repeat a call is not an option', () => {
  // @ts-expect-error a call is not tried again
  useConnectedCall({ ...google, key, fn: createEvent, retry: 3 })
  useConnectedQuery({ ...google, key, fn: listEvents, retry: 1, staleTime: 1000, enabled: false })
})

test('the status of a query narrows its other fields', () => {
  const query = useConnectedQuery({ ...google, key, fn: listEvents })
  expectTypeOf(query.status).toEqualTypeOf<'pending' | 'success' | 'error' | 'needs_connection'>()
  expectTypeOf(query.data).toEqualTypeOf<string[] | undefined>()
  if (query.status === 'success') expectTypeOf(query.data).toEqualTypeOf<string[]>()
  if (query.status === 'needs_connection') {
    expectTypeOf(query.required.scopes).toEqualTypeOf<readonly string[]>()
    expectTypeOf(query.required.reason).toEqualTypeOf<
      'not_connected' | 'expired' | 'missing_scopes' | 'revoked'
    >()
    query.reconnect({ returnTo: '/calendar' })
  }
  // @ts-expect-error the connection says which scopes there are, and what is needed is a list
  useConnectedQuery({ ...google, key, fn: listEvents, scopes: 'email' })
  // @ts-expect-error a query has a key
  useConnectedQuery({ ...google, fn: listEvents })
})
