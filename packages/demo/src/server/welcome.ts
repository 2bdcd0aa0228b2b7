import { RENDERED_PATH } from '../app/pages.js'
import type { Settings } from './settings.js'

/** Returns what the terminal shows when the demo has started: where it is, who may log in, and what to try. */
export function welcome(origin: string, { web, emulator }: Settings): string {
  const lines = [`Connected Accounts demo: ${origin}`]
  if (web) lines.push(`The same app, rendered on the server: ${origin}${RENDERED_PATH}`)
  if (emulator !== undefined) {
    lines.push(
      '',
      'It runs on the emulator in place of a tenant of Auth0. The login page has a button for Alice and one for Bob.',
      'To try: connect Google and look at the events. Disconnect an account, and press Undo.',
      `The requests, and faults that you can cause: ${emulator}`,
    )
  }
  return lines.join('\n')
}
