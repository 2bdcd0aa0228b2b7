import type { Context } from '../context/context.js'
import type { components } from '../generated/my-account.js'
import type { ValidationError } from '../resource-server/contract.js'
import { problem } from './problem.js'

type Switches = Pick<Context, 'switches'>

/** Returns what is wrong with a connect request according to the switches `connectState` and `accessType`. */
export function flawInConnect(
  { switches }: Switches,
  request: components['schemas']['CreateConnectedAccountRequest'],
): ValidationError | undefined {
  const { connectState, accessType } = switches.get()
  const source = 'body'
  if (connectState === 'required' && request.state === undefined) {
    return {
      detail: "data must have required property 'state'",
      field: 'state',
      pointer: '',
      source,
    }
  }
  if (accessType === 'accepted' || request.authorization_params?.access_type === undefined) return
  const pointer = '/authorization_params'
  const detail = `data${pointer} must NOT have additional properties`
  return { detail, field: 'access_type', pointer, source }
}

/** Returns what is wrong with the `take` of a list: more than 20, if the switch `largeTake` refuses it. */
export function flawInTake(
  { switches }: Switches,
  query: URLSearchParams,
): ValidationError | undefined {
  if (switches.get().largeTake === 'capped' || Number(query.get('take')) <= 20) return
  return { detail: 'take must be <= 20', field: 'take', source: 'query' }
}

/** Creates the problem for one wrong part of a request. */
export function invalid(error: ValidationError): Response {
  const detail = `Invalid request ${error.source === 'body' ? 'payload' : error.source} input`
  return problem('validation', detail, { validationErrors: [error] })
}
