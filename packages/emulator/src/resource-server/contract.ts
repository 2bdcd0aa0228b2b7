import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { components } from '../generated/my-account.js'
import { once } from '../memory/once.js'

/** A part of a request that does not match the contract. */
export type ValidationError = components['schemas']['ValidationError']

/** One operation of an OpenAPI document. */
export interface Operation<Id = string> {
  /** Its `operationId`. */
  readonly id: Id
  readonly method: string
  /** The path relative to the document's server. Parameters are written as `{id}`. */
  readonly path: string
  /** The scope that its access token must have. */
  readonly scope: string
  readonly takesBody: boolean
  /** Returns what is wrong with the parameters, or an empty list. Ignores unknown query parameters. */
  checkParameters(path: Record<string, string>, query: URLSearchParams): ValidationError[]
  /** Returns what is wrong with the body, or an empty list. */
  checkBody(body: unknown): ValidationError[]
}

interface Parameter {
  name: string
  in: string
  schema: { [keyword: string]: unknown }
}

/** The parts of an OpenAPI 3.1 document that are needed to check requests. */
export interface OpenApiDocument {
  paths: Record<string, Record<string, OperationObject>>
  components: { parameters: Record<string, Parameter> }
}

interface OperationObject {
  operationId: string
  parameters: (Parameter | { $ref: string })[]
  security: Record<string, string[]>[]
  requestBody?: unknown
}

/** Creates all operations of an OpenAPI document. Their validators (JSON Schema 2020-12) are compiled at the first use. */
export function createOperations(document: OpenApiDocument): readonly Operation[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema(document, 'contract', undefined, false)
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) =>
      createOperation(ajv, { document, path, method, operation }),
    ),
  )
}

interface Place {
  document: OpenApiDocument
  path: string
  method: string
  operation: OperationObject
}

function createOperation(ajv: Ajv2020, { document, path, method, operation }: Place): Operation {
  const pointer = `#/paths/${escapePointer(path)}/${method}`
  const schema = `contract${pointer}/requestBody/content/${escapePointer('application/json')}/schema`
  const takesBody = operation.requestBody !== undefined
  const body = once(() => ajv.compile({ $ref: schema }))
  const parameters = operation.parameters
    .map((parameter) => resolve(document, parameter))
    .map((parameter) => ({ ...parameter, validate: once(() => ajv.compile(parameter.schema)) }))
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    scope: operation.security[0]?.bearer?.[0] ?? '',
    takesBody,
    checkParameters: (values, query) =>
      parameters.flatMap((parameter) => checkParameter(parameter, values, query)),
    checkBody: (value) => (takesBody ? checkBody(body(), value) : []),
  }
}

function resolve(
  { components }: OpenApiDocument,
  parameter: Parameter | { $ref: string },
): Parameter {
  if (!('$ref' in parameter)) return parameter
  const name = parameter.$ref.replace('#/components/parameters/', '')
  const found = components.parameters[name]
  if (!found) throw new TypeError(`The contract has no parameter ${name}`)
  return found
}

function escapePointer(segment: string): string {
  return encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'))
}

function checkParameter(
  parameter: Parameter & { validate(): ValidateFunction },
  path: Record<string, string>,
  query: URLSearchParams,
): ValidationError[] {
  if (parameter.in === 'header') return []
  const values =
    parameter.in === 'path' ? [path[parameter.name] ?? ''] : query.getAll(parameter.name)
  if (values.length === 0) return []
  const value = values.length > 1 ? values : readParameter(values[0] ?? '', parameter.schema.type)
  const validate = parameter.validate()
  if (validate(value)) return []
  return (validate.errors ?? []).map((error) => ({
    detail: `${parameter.name}${error.instancePath} ${error.message}`,
    field: parameter.name,
    source: parameter.in,
  }))
}

function readParameter(text: string, type: unknown): string | number {
  return type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text
}

function checkBody(validate: ValidateFunction, body: unknown): ValidationError[] {
  if (validate(body)) return []
  return (validate.errors ?? []).map((error) => {
    const field = fieldOf(error)
    return {
      detail: `data${error.instancePath} ${error.message}`,
      ...(field && { field }),
      pointer: error.instancePath,
      source: 'body',
    }
  })
}

function fieldOf({ params, instancePath }: ErrorObject): string | undefined {
  const named: unknown = params.missingProperty ?? params.additionalProperty
  return typeof named === 'string' ? named : instancePath.split('/')[1]
}
