import type { Lab } from '../../context/context.js'
import { SWITCHES, type Switches } from '../../faults/switches.js'
import { type Html, html } from '../../pages/page.js'
import { section } from '../table.js'

type Group = 'simulate' | 'unknowns'

/** The group of each switch, and a sentence that says what it changes. */
const switches: Record<keyof Switches, [group: Group, sentence: string]> = {
  ticket: ['simulate', 'Whether the link that starts a connect flow still works.'],
  consent: [
    'simulate',
    'Whether the provider asks the user, or sends everybody back with access_denied.',
  ],
  connectCode: ['simulate', 'Whether the code of the callback still completes a flow.'],
  provider: ['simulate', 'Whether the providers respond, or are down and send 503.'],
  providerRefreshToken: [
    'simulate',
    'Whether the providers issue refresh tokens, and accept them later.',
  ],
  providerUserId: ['simulate', 'Whether the providers send a user ID. Most connections need one.'],
  providerOpenerPolicy: [
    'simulate',
    'With same-origin, a popup loses its opener on the provider’s page.',
  ],
  myAccountNonce: ['simulate', 'When a DPoP proof for the My Account API needs a nonce.'],
  tokenNonce: [
    'simulate',
    'Who needs a DPoP nonce at the token endpoint, and whether one is accepted.',
  ],
  myAccountPolicy: ['simulate', 'With unmet, nobody gets a new token for the My Account API.'],
  exchangeRate: ['simulate', 'How many Token Vault exchanges are allowed in a second.'],
  callback: [
    'unknowns',
    'Where the callback URL has its parameters: without PKCE, perhaps in the fragment.',
  ],
  connectPath: ['unknowns', 'Which path connect_uri has in the response to connect.'],
  connectState: ['unknowns', 'Whether a connect request must have state.'],
  accessType: ['unknowns', 'Whether a connect request can have access_type.'],
  completeStatus: ['unknowns', 'Which status a successful complete has.'],
  completeScopes: ['unknowns', 'Whether the response to complete has scopes.'],
  device: [
    'unknowns',
    'Whether a flow must be completed with the key or the session that started it.',
  ],
  sameAccount: ['unknowns', 'What happens if the same account is connected again.'],
  secondAccount: ['unknowns', 'What happens if the user has another account of the connection.'],
  accountList: ['unknowns', 'Whether the list has only the accounts of the token’s organization.'],
  connectionList: [
    'unknowns',
    'Whether the list has only the connections of which the user has accounts.',
  ],
  largeTake: ['unknowns', 'What happens if take is more than 20.'],
  unknownAccount: ['unknowns', 'Which status a delete has if the account does not exist.'],
  problemType: ['unknowns', 'Which media type the problems of the My Account API have.'],
  nonces: [
    'unknowns',
    'Whether the token endpoint and the My Account API share their DPoP nonces.',
  ],
  dpopAlgs: ['unknowns', 'Which algorithms DPoP proofs can be signed with.'],
  systemTokenDialect: ['unknowns', 'Which form the access tokens for Auth0’s own APIs have.'],
  invalidGrant: ['unknowns', 'Which status invalid_grant has.'],
  exchangeProof: ['unknowns', 'Whether the Token Vault exchange checks a DPoP proof.'],
  exchangeLoginHint: ['unknowns', 'What a login_hint of the Token Vault exchange can be.'],
  exchangeWhileDown: ['unknowns', 'Which status the exchange has if the provider is down.'],
}

/** Returns the two groups of switches. Switches that are not at their default are marked. */
export function switchGroups(lab: Lab): Html {
  const simulate = section({
    id: 'simulate',
    title: 'Simulate',
    intro:
      'What can go wrong, or be set up otherwise. A switch affects all calls until you set it back.',
    body: switchList(lab, 'simulate'),
  })
  const unknowns = section({
    id: 'unknowns',
    title: 'Unknowns',
    intro: 'What is not known about Auth0. Try the other values before you depend on one.',
    body: switchList(lab, 'unknowns'),
  })
  return html`${simulate}${unknowns}`
}

function switchList(lab: Lab, shown: Group): Html {
  const current: Record<string, string> = lab.switches.get()
  const values: Record<string, readonly string[]> = SWITCHES
  const rows = Object.entries(switches)
    .filter(([, [group]]) => group === shown)
    .map(([name, [, sentence]]) =>
      switchRow({ name, sentence, value: current[name], values: values[name] ?? [] }),
    )
  return html`<div class="switches">${rows}</div>`
}

interface SwitchRow {
  name: string
  sentence: string
  value: string | undefined
  /** All values. The first is the default. */
  values: readonly string[]
}

function switchRow({ name, sentence, value, values }: SwitchRow): Html {
  const options = values.map(
    (one) => html`<option${one === value && html` selected`}>${one}</option>`,
  )
  const changed = value !== values[0]
  return html`<div class="switch${changed && ' changed'}"><div><label for="switch-${name}">${name}${changed && html`<span class="unseen"> (changed)</span>`}</label>
<p id="about-${name}">${sentence}</p></div>
<select id="switch-${name}" data-switch="${name}" aria-describedby="about-${name}">${options}</select></div>
`
}
