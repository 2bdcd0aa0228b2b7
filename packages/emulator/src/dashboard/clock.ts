import type { Tenancy } from '../context/context.js'
import { type Html, html } from '../pages/page.js'
import { actionButton } from './forms.js'

const steps: [text: string, seconds: number][] = [
  ['+1 min', 60],
  ['+1 h', 3600],
  ['+1 day', 86_400],
]

/** Returns the clock, the buttons that move it, and the button that resets everything. */
export function clockControls({ now }: Tenancy): Html {
  const at = new Date(now()).toISOString()
  const buttons = steps.map(([text, advance]) =>
    actionButton({
      text,
      action: 'POST clock',
      body: { advance },
      done: `The clock was moved by ${advance} s.`,
    }),
  )
  const reset = actionButton({
    text: 'Reset all',
    className: 'danger',
    action: 'POST reset',
    confirm: 'Delete all sessions, tokens, accounts, requests and faults?',
    done: 'Everything was reset.',
  })
  return html`<div class="clock" role="group" aria-label="Clock">
<span data-live id="now"><time datetime="${at}">${at.slice(0, 19).replace('T', ' ')} UTC</time></span>
${buttons}${reset}
</div>`
}
