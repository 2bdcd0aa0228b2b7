import type { Context, Lab } from '../../context/context.js'
import { OPERATIONS } from '../../control/input.js'
import type { FaultRule } from '../../faults/faults.js'
import { type Html, html } from '../../pages/page.js'
import { actionButton, actionForm, inputField, selectField } from '../forms.js'
import { empty, section } from '../table.js'
import { switchGroups } from './switches.js'

/** Returns the tab on which faults are added and removed, and switches are set. */
export function faultsTab(context: Context): Html {
  const faults = section({
    id: 'faults',
    title: 'Make a call fail',
    intro: 'A fault waits for the next calls of one operation, and is then gone.',
    body: html`${faultForm()}${waitingFaults(context)}`,
  })
  return html`<div class="columns reversed"><div class="column">${faults}</div><div class="column">${switchGroups(context)}</div></div>`
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

function faultForm(): Html {
  const operations = OPERATIONS.map((operation) => html`<option>${operation}</option>`)
  const groups = effects.map(([group, list]) => {
    const options = list.map(
      (effect) =>
        html`<option value="${JSON.stringify(effect)}">${Object.values(effect).map(text).join()}</option>`,
    )
    return html`<optgroup label="${group}">${options}</optgroup>`
  })
  const what = {
    form: 'fault',
    name: 'effect',
    label: 'What happens',
    attributes: html`data-spread`,
  }
  return actionForm({
    id: 'fault',
    action: 'POST faults',
    done: 'The fault waits for its call.',
    submit: 'Add fault',
    fields: [
      selectField({ form: 'fault', name: 'operation', label: 'Operation' }, operations),
      selectField(what, [...groups, html`<option value="{}">only a delay</option>`]),
      number('delay', 'Delay in ms', html`min="0" max="60000"`),
      number('times', 'Times', html`min="1" placeholder="1"`),
      moreFields,
    ],
  })
}

const moreFields = html`<details class="full"><summary>Probability, headers and body</summary><div class="form">
${number('probability', 'Probability', html`min="0" max="1" step="any"`)}${number('seed', 'Seed', html`placeholder="1"`)}
${json('headers', 'Headers of the status', '{"retry-after":"5"}')}${json('problem', 'Fields of its problem', '{"detail":"…"}')}
</div></details>
`

function number(name: string, label: string, limits: Html): Html {
  const attributes = html`type="number" inputmode="decimal" data-json ${limits}`
  return inputField({ form: 'fault', name, label, attributes, half: true })
}

function json(name: string, label: string, example: string): Html {
  const attributes = html`data-json placeholder="${example}"`
  return inputField({ form: 'fault', name, label, attributes })
}

function waitingFaults({ faults }: Lab): Html {
  const items = faults.list().map(({ id, rule, left }) => {
    const { operation, times: _times, ...effect } = rule
    const words = Object.entries(effect).map(([name, value]) => `${name} ${text(value)}`)
    const count = left === undefined ? 'without end' : `${left} to come`
    const remove = actionButton({
      text: 'Remove',
      label: `Remove the fault of ${operation}`,
      action: `DELETE faults/${id}`,
      done: 'The fault was removed.',
    })
    return html`<li id="fault-${id}"><span><code>${operation}</code><br>${words.join(', ')} <span class="soft">${count}</span></span>
${remove}</li>
`
  })
  if (items.length === 0) return empty('No faults are waiting.')
  return html`<ul class="waiting">${items}</ul>`
}

function text(value: unknown): string {
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(value).replace(/["{}]/g, '').replaceAll(':', ' ').slice(0, 200)
}
