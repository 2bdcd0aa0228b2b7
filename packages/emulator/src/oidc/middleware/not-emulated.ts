import { errorPage } from '../../pages/error-page.js'
import { notEmulated } from '../../resource-server/not-emulated.js'
import { refuseEarly } from './early-refusal.js'

/**
 * Returns the response at a path that Auth0 has and the emulator has not (501), or undefined at any other path: a page for browsers,
 * and JSON for programs.
 */
export function refuseNotEmulated(path: string, request: Request): Response | undefined {
  const reason = notEmulated(path)
  if (reason === undefined) return undefined
  if (!request.headers.get('accept')?.includes('text/html')) {
    const body = { error: 'not_emulated', error_description: reason }
    return refuseEarly(request, { status: 501, body })
  }
  return errorPage({
    title: 'Not emulated',
    reason,
    advice: 'Use a real tenant for this, or a way to log in that the emulator has.',
    status: 501,
  })
}
