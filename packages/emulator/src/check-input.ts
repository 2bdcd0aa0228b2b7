import { Ajv2020 } from 'ajv/dist/2020.js'
import { CLOCK_LIMIT } from './clock.js'
import { type FaultRule, PAGE_OPERATIONS } from './faults.js'
import management from './generated/management.json' with { type: 'json' }
import myAccount from './generated/my-account.json' with { type: 'json' }
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

/** A fault and the calls it befalls. */
export const readFaultRule: Reader<FaultRule> = createReader({
  ...faultRule,
  anyOf: ['status', 'challenge', 'delay', 'damage', 'switches'].map((name) => ({
    required: [name],
  })),
  not: { required: ['status', 'challenge'] },
  if: { properties: { operation: { enum: PAGE_OPERATIONS } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { properties: { challenge: false } },
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
  not: { required: ['count', 'emails'] },
})

/** Accounts to seed: one request, or a list of them. */
export const readSeed: Reader<SeedRequest | SeedRequest[]> = (value, name) =>
  Array.isArray(value)
    ? value.map((one, index) => readSeedRequest(one, `${name}/${index}`))
    : readSeedRequest(value, name)

function closed(properties: Record<string, object>, required: string[]): object {
  return { type: 'object', additionalProperties: false, required, properties }
}

function createReader<Value>(schema: object): Reader<Value> {
  const validate = new Ajv2020({ strict: false }).compile<Value>(schema)
  return (value, name) => {
    if (validate(value)) return value
    const [error] = validate.errors ?? []
    const named = error?.params.additionalProperty ?? error?.propertyName
    const allowed: unknown = error?.params.allowedValues
    const words = [
      `${name}${error?.instancePath}`,
      named === undefined ? '' : `/${named}`,
      ` ${messageOf(error?.keyword, error?.message)}`,
      Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '',
    ]
    throw new InputError(words.join(''))
  }
}

// What ajv says of these two leaves open which fields are meant.
function messageOf(keyword: string | undefined, message: string | undefined): string | undefined {
  if (keyword === 'not') return 'must not have both of two fields that exclude each other'
  return keyword === 'false schema' ? 'is nothing for this operation' : message
}
