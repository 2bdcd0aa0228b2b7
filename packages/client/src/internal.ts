// For the packages of this project alone, whose peer ranges keep them on this major version: within one, this only grows.
export { callbackState } from './connect/callback-url.js'
export { areScopes } from './connect/options.js'
export type { PendingTransaction } from './connect/transactions.js'
export { connectionName } from './connections/define-connections.js'
export type { Abortable } from './contract/types.js'
export { ERRORS_PAGE } from './errors/coded-error.js'
export { within } from './http/abort.js'
export { isReturnTo, tenantOrigin } from './http/url.js'
