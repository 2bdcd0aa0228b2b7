import { readOpenApi } from '@connected-accounts/testing/openapi'
import { expect, test } from 'vitest'
import { isProblemDetails } from '../src/errors/my-account-api-error.js'
import * as shape from '../src/my-account/guards.js'
import { SCOPES } from '../src/my-account/scopes.js'

interface Operation {
  operationId: string
  security: { bearer: string[] }[]
}
interface Schema {
  required?: string[]
  properties?: Record<string, { example?: unknown }>
}
interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

const { paths, components }: Document = readOpenApi('my-account')

const operations = Object.values(paths).flatMap((item) => Object.entries(item))

test.for(operations)('%s asks for the scope that the contract names', ([method, operation]) => {
  expect(operation.security[0]?.bearer).toEqual([SCOPES.get(method.toUpperCase())])
})

test('the contract has five operations, and no scope is made up for another method', () => {
  expect(operations).toHaveLength(5)
  expect(SCOPES.get('PATCH')).toBeUndefined()
})

const account = {
  id: 'cac_1',
  connection: 'github',
  access_type: 'offline',
  scopes: ['repo'],
  created_at: '2026-11-02T09:30:00.000Z',
}
const guards: Record<string, [(value: unknown) => boolean, Record<string, unknown>]> = {
  ConnectedAccount: [shape.isConnectedAccount, account],
  CompleteConnectedAccountResponse: [shape.isCompletedConnectedAccount, account],
  ListConnectedAccountsResponse: [shape.isConnectedAccountsPage, { accounts: [account] }],
  Connection: [shape.isConnection, { name: 'github', strategy: 'github' }],
  ListConnectionsResponse: [shape.isConnectionsPage, { connections: [] }],
  CreateConnectedAccountResponse: [
    shape.isConnectResponse,
    {
      auth_session: 's',
      connect_uri: 'https://u.test/',
      connect_params: { ticket: 't' },
      expires_in: 1,
    },
  ],
  ProblemDetails: [isProblemDetails, { type: 't', title: 't', detail: 'd', status: 400 }],
}

test.for(Object.entries(guards))(
  'an answer is checked for the required fields of %s',
  ([name, guard]) => {
    const [isExpected, valid] = guard
    expect(isExpected(valid)).toBe(true)
    expect(isExpected({ ...valid, unknown: 1 })).toBe(true)
    const required = components.schemas[name]?.required ?? []
    expect(required.length).toBeGreaterThan(0)
    for (const field of required) {
      const { [field]: _, ...without } = valid
      expect(isExpected(without), `${field} missing`).toBe(false)
      expect(isExpected({ ...valid, [field]: null }), `${field} null`).toBe(false)
      expect(isExpected({ ...valid, [field]: () => {} }), `${field} of another type`).toBe(false)
    }
    for (const value of [undefined, null, 'text', 1, []]) expect(isExpected(value)).toBe(false)
  },
)
