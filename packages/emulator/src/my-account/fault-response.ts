import type { Fault } from '../faults/faults.js'
import { type FaultParts, faultRefusal } from '../resource-server/fault-refusal.js'
import { problemOfStatus } from './problem.js'

/** Returns the problem of a fault. Returns undefined if the fault lets the operation run. */
export function faultResponse(fault: Fault, parts: FaultParts): Response | undefined {
  const refusal = faultRefusal(fault, parts)
  if (!refusal) return undefined
  const { status, headers, detail } = refusal
  return problemOfStatus(status, headers, { detail, ...fault.problem })
}
