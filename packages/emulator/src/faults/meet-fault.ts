import { html, pageResponse } from '../pages/page.js'
import { damaged, wait } from './damage.js'
import type { Fault, Faults, PageOperation } from './faults.js'
import type { SwitchBoard } from './switches.js'

/** Returns the error page that a fault with a status shows. */
export function faultPage({ status = 500, headers = {} }: Fault): Response {
  const body = html`<p>A fault of the emulator set the status ${status}.</p>`
  const page = pageResponse({ title: 'A fault of the emulator', body }, status)
  for (const [name, value] of Object.entries(headers)) page.headers.set(name, value)
  return page
}

/** Handles a request of a login or connect flow: applies the waiting fault, if there is one. Throws `ConnectionReset`. */
export async function answerPage(
  { faults, switches }: { faults: Faults; switches: SwitchBoard },
  operation: PageOperation | undefined,
  answer: () => Response | Promise<Response>,
): Promise<Response> {
  const fault = operation && faults.take(operation)
  if (!fault) return answer()
  await wait(fault.delay)
  const response =
    fault.status === undefined
      ? await switches.during(fault.switches, async () => answer())
      : faultResponse(operation, fault)
  return damaged(response, fault.damage)
}

function faultResponse(operation: PageOperation, fault: Fault): Response {
  if (operation !== 'providerToken') return faultPage(fault)
  const { status = 500, headers = {}, problem } = fault
  const error_description = 'A fault of the emulator made this request fail'
  const error = status < 500 ? 'invalid_grant' : 'temporarily_unavailable'
  return Response.json({ error, error_description, ...problem }, { status, headers })
}
