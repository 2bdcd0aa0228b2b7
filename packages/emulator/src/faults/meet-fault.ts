import { html, pageResponse } from '../pages/page.js'
import { damaged, wait } from './damage.js'
import type { Fault, Faults } from './faults.js'
import type { SwitchBoard } from './switches.js'

/** A request that a fault can affect. */
export interface FaultableCall {
  /** What it is, if it is something that a fault can affect. */
  operation: string | undefined
  /** Responds to the request as if there were no fault. */
  answer(): Response | Promise<Response>
  /** Returns the response of a fault that refuses the request, or undefined if the fault lets it through. */
  refuse(fault: Fault): Response | undefined
  /** Called with the response, before a fault damages it. */
  onAnswer?(response: Response): void | Promise<void>
}

/** Responds to a request and applies the waiting fault, if there is one. Every part of the emulator uses it. Throws `ConnectionReset`. */
export async function meetFault(
  { faults, switches }: { faults: Faults; switches: SwitchBoard },
  { operation, answer, refuse, onAnswer }: FaultableCall,
): Promise<Response> {
  const fault = operation === undefined ? undefined : faults.take(operation)
  if (fault) await wait(fault.delay)
  const response = fault
    ? (refuse(fault) ?? (await switches.during(fault.switches, async () => answer())))
    : await answer()
  await onAnswer?.(response)
  return damaged(response, fault?.damage)
}

/** Returns the error page of a fault with a status, or undefined if it has none. */
export function faultPage({ status, headers = {} }: Fault): Response | undefined {
  if (status === undefined) return undefined
  const body = html`<p>A fault of the emulator set the status ${status}.</p>`
  const page = pageResponse({ title: 'A fault of the emulator', body }, status)
  for (const [name, value] of Object.entries(headers)) page.headers.set(name, value)
  return page
}
