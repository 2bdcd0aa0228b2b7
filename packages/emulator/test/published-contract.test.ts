import { expect, test } from 'vitest'
import document from '../src/generated/my-account.json' with { type: 'json' }
import {
  publishedSchemas,
  publishedScopes,
  publishedStatuses,
  type SchemaFacts,
} from './published-facts.js'

interface Schema {
  $ref?: string
  type?: string
  format?: string
  const?: string
  enum?: string[]
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  items?: Schema
  required?: string[]
  additionalProperties?: boolean
  properties?: Record<string, Schema>
}

const operations = Object.values(document.paths).flatMap((item) => Object.values(item))
const schemas: Record<string, Schema> = document.components.schemas

/** A field in the words of the facts. */
function describeField(schema: Schema): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1) ?? ''
  const { type, format, items } = schema
  const min = schema.minLength ?? schema.minimum ?? schema.minItems
  const max = schema.maxLength ?? schema.maximum ?? schema.maxItems
  const range = min === undefined && max === undefined ? undefined : `${min ?? ''}..${max ?? ''}`
  const values = schema.enum?.join(' ') ?? schema.const
  const unique = schema.uniqueItems ? 'unique' : undefined
  const of = items && `of ${describeField(items)}`
  return [type, format, values, range, unique, of].filter(Boolean).join(' ')
}

function factsOf(schema: Schema | undefined): SchemaFacts {
  const fields = Object.entries(schema?.properties ?? {})
  return {
    required: [...(schema?.required ?? [])].sort().join(' '),
    closed: schema?.additionalProperties === false,
    fields: Object.fromEntries(fields.map(([name, field]) => [name, describeField(field)])),
  }
}

/** Returns the facts, one for each line. */
function lines(facts: SchemaFacts): string[] {
  const fields = Object.entries(facts.fields).map(([name, field]) => `${name}: ${field}`)
  return [`required: ${facts.required}`, `closed: ${facts.closed}`, ...fields]
}

/** What only one side says, as in a diff. */
function differences(published: string[], ours: string[]): string[] {
  const only = (sign: string, these: string[], those: string[]) =>
    these.filter((line) => !those.includes(line)).map((line) => `${sign} ${line}`)
  return [...only('-', published, ours), ...only('+', ours, published)]
}

test('the operations are those that Auth0 publishes, with their scopes', () => {
  const scopes = operations.map(({ operationId, security }) => [
    operationId,
    security[0]?.bearer?.[0],
  ])
  expect(Object.fromEntries(scopes)).toEqual(publishedScopes)
})

test('the statuses are those that Auth0 publishes, and a 404 for what is not found', () => {
  const ours = operations.map(
    ({ operationId, responses }) => `${operationId} ${Object.keys(responses).sort().join(' ')}`,
  )
  const published = Object.entries(publishedStatuses).map(([id, statuses]) => `${id} ${statuses}`)
  expect(differences(published, ours)).toEqual([
    '- createConnectedAccountRequest 201 400 401 403 415 429',
    '- completeConnectedAccountRequest 201 400 401 403 409 415 429',
    '- deleteConnectedAccount 204 400 401 403 429',
    '+ createConnectedAccountRequest 201 400 401 403 404 415 429',
    '+ completeConnectedAccountRequest 201 400 401 403 404 409 415 429',
    '+ deleteConnectedAccount 204 400 401 403 404 429',
  ])
})

/** The places in which the contract differs on purpose. EVIDENCE.md has the reasons. */
const knownDifferences: Record<string, string[]> = {
  AuthorizationParams: ['+ access_type: string 1..255'],
  CompleteConnectedAccountResponse: ['- closed: false', '+ closed: true'],
  ConnectedAccount: ['- closed: false', '+ closed: true'],
  ProblemDetails: ['- status: number', '+ status: integer 400..599'],
}

test.for(Object.entries(publishedSchemas))(
  '%s is as published, but for what is named',
  ([name, published]) => {
    const found = differences(lines(published), lines(factsOf(schemas[name])))
    expect(found).toEqual(knownDifferences[name] ?? [])
  },
)

test('there is no schema beyond those that are compared', () => {
  expect(Object.keys(schemas).sort()).toEqual(Object.keys(publishedSchemas).sort())
})

test('a code challenge needs its method, and the list takes several connections', () => {
  const { dependentRequired } = document.components.schemas.CreateConnectedAccountRequest
  expect(dependentRequired).toEqual({ code_challenge: ['code_challenge_method'] })
  const [filter] = document.paths['/connected-accounts/accounts'].get.parameters
  expect(filter).toMatchObject({
    name: 'connection',
    style: 'form',
    explode: true,
    schema: { oneOf: [{ maxLength: 128 }, { minItems: 1, maxItems: 20 }] },
  })
})
