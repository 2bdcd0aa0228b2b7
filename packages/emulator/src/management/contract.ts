import type { operations as generated } from '../generated/management.js'
import document from '../generated/management.json' with { type: 'json' }
import { createOperations, type Operation as OperationOf } from '../resource-server/contract.js'

/** The `operationId` of an operation of the Management API. */
export type OperationId = keyof generated

/** One operation of `management.yaml`. */
export type Operation = OperationOf<OperationId>

/** The operations of the Management API, with the checks of their requests. */
export const operations = createOperations(document) as readonly Operation[] // the ids are generated from the same document
