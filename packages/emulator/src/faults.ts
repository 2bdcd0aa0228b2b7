import type { OperationId as ManagementOperationId } from './management/contract.js'
import type { OperationId } from './my-account/contract.js'
import type { Switches } from './switches.js'

/** What a person's browser, or on its behalf the tenant, asks for on the way to an account, in the order of the way. */
export const PAGE_OPERATIONS = [
  'authorize',
  'connectPage',
  'providerAuthorize',
  'providerConsent',
  'loginCallback',
  'providerToken',
] as const

/** One of them: `/authorize`, `/connect`, the third party's page and its form, `/login/callback`, the third party's token endpoint. */
export type PageOperation = (typeof PAGE_OPERATIONS)[number]

/** What a fault may befall: an operation of the My Account or the Management API by its `operationId`, the token endpoint, or a page. */
export type FaultOperation = OperationId | ManagementOperationId | 'getToken' | PageOperation

/**
 * What goes wrong with one call. With `status` or `challenge` the operation is not done. With `delay` or `damage` alone it is
 * done, and only its answer suffers; with `switches` it is done as they say.
 */
export interface Fault {
  /** From 400 to 599. */
  status?: number
  /** Headers of the answer of this `status`. */
  headers?: Record<string, string>
  /** Fields of its body in place of the usual ones, in the form of its API: problem details, or an OAuth error at `getToken`. */
  problem?: Record<string, unknown>
  /** Asks for another DPoP nonce, and gives one that works. The token endpoint knows `use_dpop_nonce` only. */
  challenge?: 'use_dpop_nonce' | 'invalid_dpop_nonce'
  /** Milliseconds before anything is done. */
  delay?: number
  /** Switches that are set while this call is answered. */
  switches?: Partial<Switches>
  /** What becomes of the answer on its way. */
  damage?: 'connection_reset' | 'truncated_body' | 'empty_body' | 'wrong_content_type'
}

/** A fault, and which calls it befalls: the next one unless told otherwise. */
export interface FaultRule extends Fault {
  operation: FaultOperation
  /** How many calls; 1 by default, or with `probability` without end. */
  times?: number
  /** From 0 to 1: how likely it is for each call. */
  probability?: number
  /** Which calls those are; the same seed, 1 by default, gives the same ones. */
  seed?: number
}

/** The faults that wait for a call. */
export interface Faults {
  /** Adds a fault behind those that wait for the same operation. */
  add(rule: FaultRule): void
  /** The fault of the call that is just made, if there is one. */
  take(operation: string): Fault | undefined
  /** Those that wait, the oldest first. */
  list(): readonly WaitingFault[]
  /** Takes one back by its id; whether it was there. */
  remove(id: number): boolean
  clear(): void
}

/** A fault that waits for a call. */
export interface WaitingFault {
  readonly id: number
  readonly rule: FaultRule
  /** How many calls it will still befall; absent where there is no end. */
  readonly left?: number
}

interface Waiting {
  id: number
  rule: FaultRule
  left: number
  random(): number
}

/** No faults yet. */
export function createFaults(): Faults {
  let waiting: Waiting[] = []
  let id = 0
  return {
    add(rule) {
      const { times = rule.probability === undefined ? 1 : Number.POSITIVE_INFINITY } = rule
      id += 1
      waiting.push({ id, rule, left: times, random: createRandom(rule.seed ?? 1) })
    },
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

// Mulberry32: from 0 up to but not 1, and the same for the same seed.
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
