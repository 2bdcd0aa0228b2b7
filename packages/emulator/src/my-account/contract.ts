import { createOperations, type Operation as OperationOf } from '../contract.js'
import type { operations } from '../generated/my-account.js'
import document from '../generated/my-account.json' with { type: 'json' }

/** The `operationId` of an operation of the My Account API. */
export type OperationId = keyof operations

/** One operation as `my-account.yaml` describes it. */
export type Operation = OperationOf<OperationId>

/** Compiles the validators of the My Account API's operations. */
export function createContract(): readonly Operation[] {
  return createOperations(document) as readonly Operation[] // the ids are generated from the same document
}
