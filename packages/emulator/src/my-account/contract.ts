import type { operations as generated } from '../generated/my-account.js'
import document from '../generated/my-account.json' with { type: 'json' }
import { createOperations, type Operation as OperationOf } from '../resource-server/contract.js'

/** The `operationId` of an operation of the My Account API. */
export type OperationId = keyof generated

/** One operation of `my-account.yaml`. */
export type Operation = OperationOf<OperationId>

/** The operations of the My Account API, with the checks of their requests. */
export const operations = createOperations(document) as readonly Operation[] // the ids are generated from the same document
