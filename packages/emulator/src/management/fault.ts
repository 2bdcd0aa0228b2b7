import { type FaultParts, faultResponse as problemResponse } from '../fault-response.js'
import type { Fault } from '../faults.js'
import { managementError } from './error.js'

/** What the My Account API would answer to the fault, in the Management API's form. */
export async function faultResponse(
  fault: Fault,
  parts: FaultParts,
): Promise<Response | undefined> {
  const answer = problemResponse(fault, parts)
  if (!answer) return undefined
  const { status, headers } = answer
  const error = managementError(status, 'A fault that was asked for', { headers })
  if (!fault.problem) return error
  return Response.json({ ...(await error.json()), ...fault.problem }, { status, headers })
}
