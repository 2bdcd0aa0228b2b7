import { ConnectFlowError } from '@connected-accounts/client'
import type { AccountsIdentity } from '@connected-accounts/client/browser'
import {
  findNonJson,
  hasFields,
  isNumber,
  isString,
  parseJson,
} from '@connected-accounts/client/internal'
import { hashKey, type QueryKey } from '@tanstack/react-query'
import { keptCallsKey } from '../queries/keys.js'

/** A call that waits in `sessionStorage` while the person is at the provider. It has no token. */
export interface KeptCall {
  /** The `state` of the flow that the page was left for. */
  state: string
  /** When the flow expires, in milliseconds since the epoch. */
  expiresAt: number
  /** What the API has said, as problem details. */
  required: unknown
  variables?: unknown
}

/** Names the call of a user. */
export function keptCallName(identity: AccountsIdentity, key: QueryKey): string {
  return PREFIX + hashKey([...keptCallsKey(identity), key])
}

const PREFIX = 'connected-accounts.call.'
const CLAIM_PREFIX = 'connected-accounts.claim.'
/** What fits in JSON, in bytes of UTF-8. */
const MAX_BYTES = 2048

/**
 * Keeps a call until its flow expires, in place of an earlier one of the same name.
 *
 * @throws {ConnectFlowError} `invalid_request`, if its variables are no JSON or too long.
 * @throws {ConnectFlowError} `storage_unavailable`, if the browser refuses.
 */
export function keepCall(name: string, call: KeptCall): void {
  checkVariables(call.variables)
  try {
    removeExpired(sessionStorage, PREFIX)
    sessionStorage.setItem(name, JSON.stringify(call))
  } catch (cause) {
    throw new ConnectFlowError('storage_unavailable', {
      message: `The browser does not let this page keep the call while the person is away: sessionStorage is full or forbidden. ${IN_POPUP}`,
      cause,
    })
  }
}

const IN_POPUP = "Reconnect in a popup, which needs no storage: mode: 'popup'."

function checkVariables(variables: unknown): void {
  const place = findNonJson(variables, 'variables')
  if (place !== undefined) {
    throw invalidRequest(
      `JSON cannot hold ${place}, so the call cannot wait while the page is left. Call with plain objects, arrays, strings, finite numbers, booleans and null.`,
    )
  }
  const { length } = new TextEncoder().encode(JSON.stringify(variables))
  if (length <= MAX_BYTES) return
  throw invalidRequest(
    `The variables of the call have ${length} bytes as JSON. While the page is left, at most ${MAX_BYTES} can wait. Call with less, for example with an id.`,
  )
}

function invalidRequest(message: string): ConnectFlowError {
  return new ConnectFlowError('invalid_request', { message: `${message} ${IN_POPUP}` })
}

/** Returns a call that waits; undefined if there is none, if its flow has expired, or without storage. */
export function readCall(name: string): KeptCall | undefined {
  try {
    removeExpired(sessionStorage, PREFIX)
    const call = parseJson(String(sessionStorage.getItem(name)))
    return isKeptCall(call) ? call : undefined
  } catch {
    return undefined // without storage nothing was kept
  }
}

/** Forgets a call. */
export function forgetCall(name: string): void {
  try {
    sessionStorage.removeItem(name)
  } catch {
    // Without storage nothing was kept.
  }
}

/**
 * Takes a call out of the storage, so that only the caller makes it: no other component, no reload, and no tab that the browser
 * has opened with a copy of this tab's `sessionStorage`.
 *
 * @returns False if it was taken before, or if its flow has expired.
 */
export async function claimCall(name: string, { state, expiresAt }: KeptCall): Promise<boolean> {
  if (readCall(name)?.state !== state) return false
  forgetCall(name)
  const claim = CLAIM_PREFIX + state.slice(-8) // enough to tell flows apart, and too little to guess the rest
  const locks = globalThis.navigator?.locks
  if (!locks) return noteClaim(claim, expiresAt)
  return new Promise((resolve) => {
    const hold = async (lock: Lock | null) => {
      resolve(lock !== null && noteClaim(claim, expiresAt))
      if (lock) await new Promise((end) => setTimeout(end, CLAIM_TIME))
    }
    // Pages with an opaque origin have Web Locks that refuse every request.
    locks.request(claim, { ifAvailable: true }, hold).catch(() => resolve(true))
  })
}

/** How long a claim is held, in milliseconds: until other tabs see the note in `localStorage`. */
const CLAIM_TIME = 1000

/** Notes a claim for other tabs. Returns false if another tab has noted it before. */
function noteClaim(claim: string, expiresAt: number): boolean {
  try {
    removeExpired(localStorage, CLAIM_PREFIX)
    if (localStorage.getItem(claim) !== null) return false
    localStorage.setItem(claim, JSON.stringify({ expiresAt }))
  } catch {
    // The lock alone decides.
  }
  return true
}

function isKeptCall(value: unknown): value is KeptCall {
  return hasFields(value, { state: isString, expiresAt: isNumber })
}

/** Removes records of all users whose time is over, or that somebody has broken. */
function removeExpired(storage: Storage, prefix: string): void {
  for (const name of Object.keys(storage)) {
    if (!name.startsWith(prefix)) continue
    const { expiresAt }: Record<string, unknown> = Object(parseJson(String(storage.getItem(name))))
    if (!(Number(expiresAt) > Date.now())) storage.removeItem(name)
  }
}
