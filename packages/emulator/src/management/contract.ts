import { createOperations, type Operation as OperationOf } from '../contract.js'
import type { operations } from '../generated/management.js'
import document from '../generated/management.json' with { type: 'json' }

/** The `operationId` of an operation of the Management API. */
export type OperationId = keyof operations

/** One operation as `management.yaml` describes it. */
export type Operation = OperationOf<OperationId>

/** Compiles the validators of the Management API's operations. */
export function createContract(): readonly Operation[] {
  return createOperations(document) as readonly Operation[] // the ids are generated from the same document
}
