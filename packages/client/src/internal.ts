// For the packages of this project only. Their peer ranges keep them on this major version, within which this only grows.
export {
  checkAccountLabel,
  checkAccountLabels,
  readAccountLabel,
} from './account-labels/account-label.js'
export { createOriginCheck } from './authorization/authorized-fetch.js'
export { checkChoice, checkIdentity } from './browser/check-props.js'
export { subscribeToDismissal } from './browser/pending-callback.js'
export { tellOtherTabs } from './browser/tabs.js'
export { isUndoableBy, undoDisconnects } from './browser/undo.js'
export { callbackState, POPUP_STATE_PREFIX } from './connect/callback-url.js'
export { findNonJson, fitsReturnTo } from './connect/options.js'
export type { PendingTransaction } from './connect/transactions.js'
export { connectionName, definedScopes, requiredScopes } from './connections/define-connections.js'
export type { Abortable } from './contract/types.js'
export { checkKeyPair } from './dpop/key-pair.js'
export { problemType } from './errors/coded-error.js'
export { checkTimeout, DEFAULT_TIMEOUT, unlessAborted, wait, within } from './http/abort.js'
export { checkFunction } from './http/check-function.js'
export { createSender, discard, markSent, runtimeFetch, toRequest } from './http/fetch.js'
export { hasFields, isNumber, isSomeText, isString, parseJson } from './http/json.js'
export { isNetworkError } from './http/network-error.js'
export { retryGet } from './http/retry.js'
export { isReturnTo, isSecure, parseUrl, tenantOrigin } from './http/url.js'
export { challengeError } from './http/www-authenticate.js'
export { createMutex } from './mutex.js'
export {
  checkBound,
  checkScopes,
  createIssuedToken,
  type IssuedToken,
  isUsableFor,
  scopesOf,
  type TokenRequest,
  usableUntil,
} from './tokens/issued-token.js'
export { checkSigningKey } from './tokens/signing-key.js'
