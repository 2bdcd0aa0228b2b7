import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

/** As much of an OpenAPI 3.1 document as checking responses needs. */
export interface OpenApiDocument {
  paths: Record<string, Record<string, unknown>>
}

/** How an answer came about: by what the request deserved, or by the fault switch. */
type Cause = 'earned' | 'fault'

/** Checks responses against a document, and keeps account of what was reached. */
export interface ContractChecker {
  /** Throws if the response is not what the document says of this operation and its status. */
  check(operationId: string, response: Response, cause?: Cause): Promise<void>
  /** The pairs `operationId status` of the document that were not reached. */
  unreached(): string[]
  /** The pairs that were reached by the fault switch only. */
  reachedByFaultOnly(): string[]
}

type Json = Record<string, unknown>

interface Operation {
  operationId: string
  responses: Record<string, Json>
}

/** A checker on which nothing was reached yet. */
export function createContractChecker(document: OpenApiDocument): ContractChecker {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema({ ...document, $id: 'contract' }, 'contract', undefined, false)
  const operations = operationsOf(document)
  const reached = new Map<string, Set<Cause>>()
  return {
    async check(operationId, response, cause = 'earned') {
      const pair = `${operationId} ${response.status}`
      const documented = operations.get(operationId)?.responses[response.status]
      if (!documented) throw new Error(`The document has no ${pair}`)
      const described = resolve(document, documented)
      checkHeaders(document, { pair, described, response, ajv })
      await checkContent({ pair, described, response, ajv })
      reached.set(pair, new Set([...(reached.get(pair) ?? []), cause]))
    },
    unreached: () => pairsOf(operations).filter((pair) => !reached.has(pair)),
    reachedByFaultOnly: () =>
      pairsOf(operations).filter((pair) => reached.has(pair) && !reached.get(pair)?.has('earned')),
  }
}

function operationsOf(document: OpenApiDocument): Map<string, Operation> {
  const operations = Object.values(document.paths)
    .flatMap((item) => Object.values(item))
    .filter((operation): operation is Operation => {
      return typeof operation === 'object' && operation !== null && 'operationId' in operation
    })
  return new Map(operations.map((operation) => [operation.operationId, operation]))
}

function pairsOf(operations: Map<string, Operation>): string[] {
  return [...operations].flatMap(([id, { responses }]) => {
    return Object.keys(responses).map((status) => `${id} ${status}`)
  })
}

function resolve(document: OpenApiDocument, part: Json): Json {
  if (typeof part.$ref !== 'string') return part
  const path = part.$ref.slice(2).split('/')
  const found = path.reduce<unknown>((value, key) => isJson(value) && value[key], document)
  if (!isJson(found)) throw new Error(`The document has no ${part.$ref}`)
  return found
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}

interface Checked {
  pair: string
  described: Json
  response: Response
  ajv: Ajv2020
}

function checkHeaders(document: OpenApiDocument, checked: Checked): void {
  const { pair, described, response, ajv } = checked
  for (const [name, part] of Object.entries(described.headers ?? {})) {
    const header = resolve(document, part)
    const value = response.headers.get(name)
    if (value === null) {
      if (header.required === true) throw new Error(`${pair} lacks the header ${name}`)
      continue
    }
    const schema = isJson(header.schema) ? withReferences(header.schema) : {}
    if (!ajv.validate(schema, schema.type === 'integer' ? Number(value) : value)) {
      throw new Error(`${pair}: ${name} ${ajv.errorsText()}`)
    }
  }
}

async function checkContent({ pair, described, response, ajv }: Checked): Promise<void> {
  const text = await response.clone().text()
  const content: Json = isJson(described.content) ? described.content : {}
  if (Object.keys(content).length === 0) {
    if (text !== '') throw new Error(`${pair} must not have a body`)
    return
  }
  const mediaType = response.headers.get('content-type')?.split(';')[0] ?? ''
  const media = content[mediaType]
  if (!isJson(media)) throw new Error(`${pair} must not be ${mediaType}`)
  const schema = isJson(media.schema) ? withReferences(media.schema) : {}
  if (!ajv.validate(schema, JSON.parse(text))) throw new Error(`${pair}: ${ajv.errorsText()}`)
}

/** The schema with its references pointing into the document, which the validator knows as `contract`. */
function withReferences(schema: Json): Json {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"contract#/')
  const copy: Json = JSON.parse(text)
  return copy
}
