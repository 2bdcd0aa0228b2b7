import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { type FaultRule, PAGE_OPERATIONS } from '../faults/faults.js'
import { SWITCHES, type Switches } from '../faults/switches.js'
import management from '../generated/management.json' with { type: 'json' }
import myAccount from '../generated/my-account.json' with { type: 'json' }
import { once } from '../memory/once.js'
import { InputError } from '../tenant/input-error.js'
import { CLOCK_LIMIT } from '../time/clock.js'
import type { SeedRequest } from '../vault/seed.js'

/** A change of the clock. */
export interface ClockChange {
  /** How many seconds to move the clock forward. */
  advance?: number
  /** How many seconds the clock for proofs is ahead of the machine's clock. */
  skewProofs?: number
}

/** A user to create. */
export interface NewUser {
  /** The email address to log in with. No other user of the tenant can have it. */
  email: string
  /** The part of `email` before the `@` by default. */
  name?: string
  /** `password` by default. */
  password?: string
  /** `auth0|` and an ID that no other user has, by default. */
  user_id?: string
}

/** Checks a value and returns it with its type. Throws an `InputError` whose message begins with `name`. */
export type Reader<Value> = (value: unknown, name: string) => Value

/** All operations that a fault can affect. */
export const OPERATIONS: readonly string[] = [
  'getToken',
  ...PAGE_OPERATIONS,
  ...[...Object.values(myAccount.paths), ...Object.values(management.paths)].flatMap((path) =>
    Object.values(path).map(({ operationId }: { operationId: string }) => operationId),
  ),
]

const text = { type: 'string', minLength: 1 }

const switchValues = closed(
  Object.fromEntries(Object.entries(SWITCHES).map(([name, values]) => [name, { enum: values }])),
  [],
)

const faultRule = closed(
  {
    operation: { enum: OPERATIONS },
    times: { type: 'integer', minimum: 1 },
    probability: { type: 'number', minimum: 0, maximum: 1 },
    seed: { type: 'integer' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    headers: {
      type: 'object',
      propertyNames: { pattern: "^[\\w!#$%&'*+.^`|~-]+$" },
      additionalProperties: { type: 'string', pattern: '^[\\x20-\\x7e]*$' },
    },
    problem: { type: 'object' },
    challenge: { enum: ['use_dpop_nonce', 'invalid_dpop_nonce'] },
    switches: { ...switchValues, minProperties: 1 },
    delay: { type: 'integer', minimum: 0, maximum: 60_000 },
    damage: { enum: ['connection_reset', 'truncated_body', 'empty_body', 'wrong_content_type'] },
  },
  ['operation'],
)

const seedRequest = closed(
  {
    user_id: text,
    connection: text,
    org_id: text,
    count: { type: 'integer', minimum: 1, maximum: 100 },
    emails: { type: 'array', items: text, minItems: 1, maxItems: 100, uniqueItems: true },
  },
  ['user_id', 'connection'],
)

const newUser = closed(
  {
    email: { type: 'string', pattern: '^[^\\s@]+@[^\\s@]+$' },
    name: text,
    password: text,
    user_id: text,
  },
  ['email'],
)

/** The fields of a token to issue. Which of them exist in the tenant is checked later. */
const tokenRequest = { user_id: text, client_id: text, audience: text, scope: { type: 'string' } }

const seconds = (minimum: number) => ({ type: 'number', minimum, maximum: CLOCK_LIMIT })

const effects = ['status', 'challenge', 'delay', 'damage', 'switches']

/** Checks a fault rule. */
export const readFaultRule: Reader<FaultRule> = createReader({
  ...faultRule,
  anyOf: effects.map((name) => ({ required: [name] })),
  dependentSchemas: { challenge: closedTo('status') },
  if: { properties: { operation: { enum: PAGE_OPERATIONS } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: closedTo('challenge'),
  else: {
    if: { properties: { operation: { const: 'getToken' } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { challenge: { enum: ['use_dpop_nonce'] } } },
  },
  dependentRequired: { headers: ['status'], problem: ['status'], seed: ['probability'] },
})

/** Checks the request for an access token. */
export const readAccessTokenRequest: Reader<object> = createReader(
  closed({ ...tokenRequest, org_id: text, jkt: text }, ['user_id']),
)

/** Checks the request for a refresh token. */
export const readRefreshTokenRequest: Reader<object> = createReader(
  closed(tokenRequest, ['user_id']),
)

/** Checks what to do on a consent page. */
export const readConsentAnswer: Reader<object> = createReader(
  closed({ decision: { enum: ['allow', 'cancel'] }, account: text }, []),
)

/** Checks a user to create. */
export const readNewUser: Reader<NewUser> = createReader(newUser)

/** Checks values of switches. */
export const readSwitches: Reader<Partial<Switches>> = createReader(switchValues)

/** Checks a change of the clock. */
export const readClockChange: Reader<ClockChange> = createReader({
  ...closed({ advance: seconds(0), skewProofs: seconds(-CLOCK_LIMIT) }, []),
  minProperties: 1,
})

const readSeedRequest: Reader<SeedRequest> = createReader({
  ...seedRequest,
  dependentSchemas: { emails: closedTo('count') },
})

/** Checks one seed request, or a list of them. */
export const readSeed: Reader<SeedRequest | SeedRequest[]> = (value, name) =>
  Array.isArray(value)
    ? value.map((one, index) => readSeedRequest(one, `${name}/${index}`))
    : readSeedRequest(value, name)

function closed(properties: Record<string, object>, required: string[]): object {
  return { type: 'object', additionalProperties: false, required, properties }
}

// Returns a schema that forbids one property.
function closedTo(name: string): object {
  return { properties: { [name]: false } }
}

function createReader<Value>(schema: object): Reader<Value> {
  const compiled = once(() => new Ajv2020({ strict: false }).compile<Value>(schema))
  return (value, name) => {
    const validate = compiled()
    if (validate(value)) return value
    throw new InputError(name + (validate.errors ?? []).slice(0, 1).map(explain).join(''))
  }
}

function explain(error: ErrorObject): string {
  const { instancePath, params, propertyName } = error
  const named = params.additionalProperty ?? propertyName
  const allowed: unknown = params.allowedValues
  const place = instancePath + (named === undefined ? '' : `/${named}`)
  return `${place} ${messageOf(error)}${Array.isArray(allowed) ? `: ${allowed.join(', ')}` : ''}`
}

// If one of several fields is required, ajv's message names only the first.
function messageOf({ keyword, message, schemaPath }: ErrorObject): string | undefined {
  if (schemaPath.startsWith('#/anyOf/')) return `must have one of ${effects.join(', ')}`
  return keyword === 'false schema' ? 'cannot be combined with the other fields' : message
}
