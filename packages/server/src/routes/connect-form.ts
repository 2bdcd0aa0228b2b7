import type { AuthorizationParams } from '@connected-accounts/client'
import type { StartConnectAccountOptions } from '../connect/connect-account.js'
import { Refusal } from './request-body.js'

/** The fields that the contract passes on to the provider. The type makes sure that none is missing here. */
const PROVIDER_PARAMS: Record<keyof AuthorizationParams, true> = {
  access_type: true,
  acr_values: true,
  audience: true,
  display: true,
  id_token_hint: true,
  login_hint: true,
  max_age: true,
  prompt: true,
  resource: true,
  ui_locales: true,
}

const OWN_FIELDS = ['connection', 'returnTo', 'scopes']

/**
 * Reads the options of a connect flow from the form that was posted to `connect`. Ignores fields without a value, as
 * a browser sends them for inputs that were left empty. Does not check the values: `startConnect` and the My Account
 * API do.
 *
 * @param home - The `returnTo` of a form that has none.
 * @throws {Refusal} invalid_request, if a field is unknown or is sent more than once.
 * @internal
 */
export function connectOptions(form: FormData, home: string): StartConnectAccountOptions {
  const { connection = '', returnTo = home, ...others } = singleFields(form)
  const scopes = form.getAll('scopes').map(String).filter(Boolean)
  const { max_age, ...texts } = others
  const params = { ...texts, ...(max_age && { max_age: Number(max_age) }) }
  return {
    connection,
    returnTo,
    ...(scopes.length > 0 && { scopes }),
    ...(Object.keys(params).length > 0 && {
      authorizationParams: params as AuthorizationParams, // the API checks the values
    }),
  }
}

/** Returns every field except `scopes`, which is the only one that a form may send more than once. */
function singleFields(form: FormData): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name).map(String).filter(Boolean)
    if (!OWN_FIELDS.includes(name) && !Object.hasOwn(PROVIDER_PARAMS, name)) throw unknown(name)
    if (name === 'scopes') continue
    if (values.length > 1) throw repeated(name)
    if (values[0]) fields[name] = values[0]
  }
  return fields
}

function unknown(name: string): Refusal {
  const known = [...OWN_FIELDS, ...Object.keys(PROVIDER_PARAMS)].join(', ')
  return new Refusal(400, {
    title: 'invalid_request',
    detail: `The form has the field '${name.slice(0, 100)}', which connect does not know. It knows ${known}.`,
  })
}

function repeated(name: string): Refusal {
  return new Refusal(400, {
    title: 'invalid_request',
    detail: `The form has the field '${name}' more than once. Send it once.`,
  })
}
