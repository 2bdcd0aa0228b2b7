import type { Lab, Tenancy } from '../context/context.js'
import { OPERATIONS } from '../control/input.js'
import type { FaultRule } from '../faults/faults.js'
import { SWITCHES } from '../faults/switches.js'
import { type Html, html } from '../pages/page.js'
import { empty } from './table.js'

/** Returns the clock, the buttons that move it, and the button that resets everything. */
export function clockControls({ now }: Tenancy): Html {
  const at = new Date(now()).toISOString()
  const steps: [string, number][] = [
    ['+1 min', 60],
    ['+1 h', 3600],
    ['+1 day', 86_400],
  ]
  const buttons = steps.map(
    ([text, seconds]) => html`<button type="button" data-advance="${seconds}">${text}</button>
`,
  )
  return html`<div class="clock" role="group" aria-label="Clock">
<span data-live id="now"><time datetime="${at}">${at.slice(0, 19).replace('T', ' ')} UTC</time></span>
${buttons}<button type="button" class="danger" data-reset>Reset all</button>
</div>`
}

/** Returns a select for each switch. Switches that are not at their default are marked. */
export function switchForm({ switches }: Lab): Html {
  const current: Record<string, string> = switches.get()
  const rows = Object.entries(SWITCHES).map(([name, values]) => {
    const value = current[name]
    const options = values.map(
      (one) => html`<option${one === value && html` selected`}>${one}</option>`,
    )
    const changed = value !== values[0]
    return html`<div class="switch${changed && ' changed'}"><label for="switch-${name}">${name}${changed && html`<span class="unseen"> (changed)</span>`}</label>
<select id="switch-${name}" data-switch="${name}">${options}</select></div>
`
  })
  return html`<div class="switches">${rows}</div>`
}

const effects: [group: string, effects: Partial<FaultRule>[]][] = [
  ['Status', [400, 401, 403, 404, 409, 415, 429, 500, 503].map((status) => ({ status }))],
  ['Nonce', [{ challenge: 'use_dpop_nonce' }, { challenge: 'invalid_dpop_nonce' }]],
  [
    'Damage',
    [
      { damage: 'connection_reset' },
      { damage: 'truncated_body' },
      { damage: 'empty_body' },
      { damage: 'wrong_content_type' },
    ],
  ],
  [
    'A switch for this call only',
    [
      { switches: { ticket: 'expired' } },
      { switches: { connectCode: 'expired' } },
      { switches: { consent: 'refused' } },
      { switches: { provider: 'down' } },
      { switches: { providerRefreshToken: 'missing' } },
      { switches: { providerRefreshToken: 'revoked' } },
      { switches: { providerOpenerPolicy: 'same-origin' } },
      { switches: { myAccountNonce: 'expired' } },
      { switches: { tokenNonce: 'expired' } },
    ],
  ],
]

/** Returns the form that adds a fault. Its script ignores empty fields. */
export function faultForm(): Html {
  const operations = OPERATIONS.map((operation) => html`<option>${operation}</option>`)
  const groups = effects.map(([group, list]) => {
    const options = list.map(
      (effect) =>
        html`<option value="${JSON.stringify(effect)}">${Object.values(effect).map(text).join()}</option>`,
    )
    return html`<optgroup label="${group}">${options}</optgroup>`
  })
  return html`<form id="fault">
<div class="field full"><label for="fault-operation">Operation</label><select id="fault-operation" name="operation">${operations}</select></div>
<div class="field full"><label for="fault-effect">What happens</label><select id="fault-effect" name="effect">${groups}<option value="{}">only a delay</option></select></div>
${number('delay', 'Delay in ms', html`min="0" max="60000"`)}
${number('times', 'Times', html`min="1" placeholder="1"`)}
${number('probability', 'Probability', html`min="0" max="1" step="any"`)}
${number('seed', 'Seed', html`placeholder="1"`)}
${line('headers', 'Headers of the status', html`placeholder="{&quot;retry-after&quot;:&quot;5&quot;}"`)}
${line('problem', 'Fields of its problem', html`placeholder="{&quot;detail&quot;:&quot;…&quot;}"`)}
<button class="full">Add fault</button>
<p class="error full" role="alert" id="fault-error" hidden></p>
</form>
`
}

function number(name: string, label: string, attributes: Html): Html {
  return html`<div class="field">${labelled(name, label, html`type="number" inputmode="decimal" ${attributes}`)}</div>`
}

function line(name: string, label: string, attributes: Html): Html {
  return html`<div class="field full">${labelled(name, label, attributes)}</div>`
}

function labelled(name: string, label: string, attributes: Html): Html {
  return html`<label for="fault-${name}">${label}</label><input id="fault-${name}" name="${name}" ${attributes}>`
}

/** Returns the faults that wait for a call. Each has a button that removes it. */
export function waitingFaults({ faults }: Lab): Html {
  const items = faults.list().map(({ id, rule, left }) => {
    const { operation, times: _times, ...effect } = rule
    const words = Object.entries(effect).map(([name, value]) => `${name} ${text(value)}`)
    const count = left === undefined ? 'without end' : `${left} to come`
    return html`<li><span><code>${operation}</code><br>${words.join(', ')} <span class="soft">${count}</span></span>
<button type="button" data-fault="${id}" aria-label="Remove the fault of ${operation}">Remove</button></li>
`
  })
  if (items.length === 0) return empty('No faults are waiting.')
  return html`<ul class="waiting">${items}</ul>`
}

function text(value: unknown): string {
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(value).replace(/["{}]/g, '').replaceAll(':', ' ').slice(0, 200)
}
