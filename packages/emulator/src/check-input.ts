import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { CLOCK_LIMIT } from './clock.js'
import { type FaultRule, PAGE_OPERATIONS } from './faults.js'
import management from './generated/management.json' with { type: 'json' }
import myAccount from './generated/my-account.json' with { type: 'json' }
import { once } from './once.js'
import { SWITCHES, type Switches } from './switches.js'

/** What the clock is told. */
export interface ClockChange {
  /** Seconds by which every expiry comes nearer. */
  advance?: number
  /** Seconds that the clock for proofs is ahead of the machine's. */
  skewProofs?: number
}

/** Whose accounts to connect without a browser. */
export interface SeedRequest {
  user_id: string
  connection: string
  /** Id of the organization that the user is logged in to when connecting; none by default. */
  org_id?: string
  /** How many, from 1 to 100; each is another account at the provider. 1 by default. Not together with `emails`. */
  count?: number
  /** One account for each of these addresses, by which a `login_hint` tells them apart. */
  emails?: string[]
}

/** Gives the value back as what it was found to be. Throws `InputError`, which calls it `name`. */
export type Reader<Value> = (value: unknown, name: string) => Value

/** Says which field of what the emulator was told is wrong. */
export class InputError extends TypeError {
  override readonly name = 'InputError'
}

/** What a fault may befall. */
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

const seconds = (minimum: number) => ({ type: 'number', minimum, maximum: CLOCK_LIMIT })

const effects = ['status', 'challenge', 'delay', 'damage', 'switches']

/** A fault and the calls it befalls. */
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

/** Settings of switches. */
export const readSwitches: Reader<Partial<Switches>> = createReader(switchValues)

/** A movement of the clock. */
export const readClockChange: Reader<ClockChange> = createReader({
  ...closed({ advance: seconds(0), skewProofs: seconds(-CLOCK_LIMIT) }, []),
  minProperties: 1,
})

const readSeedRequest: Reader<SeedRequest> = createReader({
  ...seedRequest,
  dependentSchemas: { emails: closedTo('count') },
})

/** Accounts to seed: one request, or a list of them. */
export const readSeed: Reader<SeedRequest | SeedRequest[]> = (value, name) =>
  Array.isArray(value)
    ? value.map((one, index) => readSeedRequest(one, `${name}/${index}`))
    : readSeedRequest(value, name)

function closed(properties: Record<string, object>, required: string[]): object {
  return { type: 'object', additionalProperties: false, required, properties }
}

// What may not be there then.
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

// Of what must have one of several fields, ajv names the first.
function messageOf({ keyword, message, schemaPath }: ErrorObject): string | undefined {
  if (schemaPath.startsWith('#/anyOf/')) return `must have one of ${effects.join(', ')}`
  return keyword === 'false schema' ? 'does not go with the other fields' : message
}
