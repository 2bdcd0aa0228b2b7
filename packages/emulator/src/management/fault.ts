import type { Fault } from '../faults/faults.js'
import { type FaultParts, faultResponse as problemResponse } from '../my-account/fault-response.js'
import { managementError } from './error.js'

/** Returns the response of the My Account API for a fault, in the form of the Management API. */
export async function faultResponse(
  fault: Fault,
  parts: FaultParts,
): Promise<Response | undefined> {
  const answer = problemResponse(fault, parts)
  if (!answer) return undefined
  const { status, headers } = answer
  const error = managementError(status, 'A fault of the emulator', { headers })
  if (!fault.problem) return error
  return Response.json({ ...(await error.json()), ...fault.problem }, { status, headers })
}
