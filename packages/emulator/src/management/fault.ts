import type { Fault } from '../faults/faults.js'
import { type FaultParts, faultRefusal } from '../resource-server/fault-refusal.js'
import { managementError } from './error.js'

/** Returns the error of a fault. Returns undefined if the fault lets the operation run. */
export function faultResponse(fault: Fault, parts: FaultParts): Response | undefined {
  const refusal = faultRefusal(fault, parts)
  if (!refusal) return undefined
  const { status, headers } = refusal
  return managementError(status, 'A fault of the emulator', {
    headers,
    fields: fault.problem ?? {},
  })
}
