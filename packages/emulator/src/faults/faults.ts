import type { operations as ManagementOperations } from '../generated/management.js'
import type { operations as MyAccountOperations } from '../generated/my-account.js'
import type { Switches } from './switches.js'

/** The requests of a connect flow that the user's browser makes, or the tenant makes for it, in the order of the flow. */
export const PAGE_OPERATIONS = [
  'authorize',
  'connectPage',
  'providerAuthorize',
  'providerConsent',
  'loginCallback',
  'providerToken',
] as const

/**
 * A request of a login or a connect flow: `/authorize`, `/connect`, the third party's page and its form, `/login/callback`, and
 * the third party's token endpoint.
 */
export type PageOperation = (typeof PAGE_OPERATIONS)[number]

/** What a fault can affect: an operation of the My Account or Management API by its `operationId`, the token endpoint, or a page. */
export type FaultOperation =
  | keyof MyAccountOperations
  | keyof ManagementOperations
  | 'getToken'
  | PageOperation

/**
 * What goes wrong with one call. With `status` or `challenge`, the emulator refuses the call and does nothing. With only `delay`
 * or `damage`, it does the operation, but the response is late or broken. With `switches`, the operation behaves as they say.
 */
export interface Fault {
  /** The status of the response, from 400 to 599. */
  status?: number
  /** More headers of the response with `status`. */
  headers?: Record<string, string>
  /** Fields that replace the usual ones in the body of that response: problem details, or an OAuth error at `getToken`. */
  problem?: Record<string, unknown>
  /** Refuses the call and sends a DPoP nonce that works. The token endpoint knows only `use_dpop_nonce`. */
  challenge?: 'use_dpop_nonce' | 'invalid_dpop_nonce'
  /** How many milliseconds to wait before the emulator does anything. */
  delay?: number
  /** Switches that are set for this call only. */
  switches?: Partial<Switches>
  /** How the response is broken on its way to the caller. */
  damage?: 'connection_reset' | 'truncated_body' | 'empty_body' | 'wrong_content_type'
}

/** A fault, and the calls that it affects: by default the next one. */
export interface FaultRule extends Fault {
  operation: FaultOperation
  /** How many calls it affects: 1 by default, and with `probability` no limit. */
  times?: number
  /** How likely each call is affected, from 0 to 1. */
  probability?: number
  /** The seed for `probability`: the same seed affects the same calls. 1 by default. */
  seed?: number
}

/** The queue of faults that wait for a call. */
export interface Faults {
  /** Adds a fault. Faults of the same operation happen in the order in which you add them. */
  add(rule: FaultRule): void
  /** Returns whether there are faults of an operation. */
  has(operation: FaultOperation): boolean
  /** Returns the fault of the current call, if there is one, and counts it as used. */
  take(operation: string): Fault | undefined
  /** Returns the faults that wait, the oldest first. */
  list(): readonly WaitingFault[]
  /** Removes a fault by its ID. Returns false if there is none with this ID. */
  remove(id: number): boolean
  /** Removes all faults. */
  clear(): void
}

/** A fault that waits for a call. */
export interface WaitingFault {
  readonly id: number
  readonly rule: FaultRule
  /** How many more calls it affects; absent if there is no limit. */
  readonly left?: number
}

interface Waiting {
  id: number
  rule: FaultRule
  left: number
  random(): number
}

/** Creates an empty queue of faults. */
export function createFaults(): Faults {
  let waiting: Waiting[] = []
  let id = 0
  return {
    add(rule) {
      const { times = rule.probability === undefined ? 1 : Number.POSITIVE_INFINITY } = rule
      id += 1
      waiting.push({ id, rule, left: times, random: createRandom(rule.seed ?? 1) })
    },
    has: (operation) => waiting.some(({ rule }) => rule.operation === operation),
    take(operation) {
      const found = waiting.find(({ rule, random }) => {
        return rule.operation === operation && random() < (rule.probability ?? 1)
      })
      if (!found) return undefined
      found.left -= 1
      waiting = waiting.filter(({ left }) => left > 0)
      return found.rule
    },
    list: () =>
      waiting.map(({ id, rule, left }) => ({ id, rule, ...(Number.isFinite(left) && { left }) })),
    remove(wanted) {
      const before = waiting.length
      waiting = waiting.filter(({ id }) => id !== wanted)
      return waiting.length < before
    },
    clear() {
      waiting = []
    },
  }
}

// Mulberry32: returns numbers from 0 (included) to 1 (excluded), the same ones for the same seed.
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
