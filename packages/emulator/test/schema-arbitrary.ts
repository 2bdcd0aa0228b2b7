import fc from 'fast-check'

/** As much of JSON Schema as the contract's documents use for requests. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  oneOf?: Schema[]
  anyOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  format?: string
  pattern?: string
}

/** A document in which schemas refer to each other, and values that its fields take, by name, and that are worth trying. */
export interface Source {
  document: { components: { schemas: Record<string, unknown> } }
  known: Record<string, readonly unknown[]>
}

type Json = fc.Arbitrary<unknown>

/** Values that fit a schema, or nearly: what spans several fields is not looked at. */
export function fitting(source: Source, schema: Schema): Json {
  const { document, known } = source
  const of = (inner: Schema, name = '') => {
    const values = fitting(source, inner)
    const good = known[name]
    return good ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...good) }, values) : values
  }
  if (schema.$ref) return of(find(document, schema.$ref))
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choices = schema.oneOf ?? schema.anyOf
  if (choices) return fc.oneof(...choices.map((one) => of(one)))
  if (schema.allOf) return merged(schema.allOf.map((one) => of(one)))
  const [type, ...others] = [schema.type ?? 'object'].flat()
  if (others.length > 0)
    return fc.oneof(...[type, ...others].map((one = '') => of({ ...schema, type: one })))
  return ofType(type, schema, of)
}

type Of = (schema: Schema, name?: string) => Json

function ofType(type: string | undefined, schema: Schema, of: Of): Json {
  const { minimum: min = 0, maximum: max = 2 ** 31 } = schema
  if (type === 'string') return text(schema)
  if (type === 'integer' || type === 'number') return fc.integer({ min, max: Math.max(min, max) })
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  if (type === 'array') {
    const { items = {}, minItems = 0, uniqueItems } = schema
    const length = { minLength: minItems, maxLength: Math.max(minItems, 3) }
    return uniqueItems ? fc.uniqueArray(of(items), length) : fc.array(of(items), length)
  }
  const fields: Record<string, Json> = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, field]) => [name, of(field, name)]),
  )
  return fc.record(fields, { requiredKeys: schema.required ?? [] })
}

function text({ format, minLength = 0, maxLength = 40 }: Schema): Json {
  if (format === 'uri')
    return fc.constantFrom('http://localhost:3000/callback', 'app://x', 'https://a.example/?q')
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
  const unit = fc.constantFrom(
    ...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_',
  )
  return fc.string({ unit, minLength, maxLength: Math.max(minLength, Math.min(maxLength, 60)) })
}

function merged(parts: Json[]): Json {
  return fc.tuple(...parts).map((objects) => Object.assign({}, ...objects))
}

function find({ components }: Source['document'], ref: string): Schema {
  const found = components.schemas[ref.replace('#/components/schemas/', '')]
  if (typeof found !== 'object' || found === null) throw new Error(`The document has no ${ref}`)
  return found
}
