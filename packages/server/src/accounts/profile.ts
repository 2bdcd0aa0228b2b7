import {
  type AccountLabel,
  findConnection,
  type ProfileEndpoint,
  TokenError,
} from '@connected-accounts/client'
import { readAccountLabel, within } from '@connected-accounts/client/internal'
import type { Context } from '../context.js'
import type { AccountProfile } from '../options.js'
import { askProvider } from './provider-request.js'

/** A provider's token, and the connection that it is of. */
interface TokenOfConnection {
  connection: string
  accessToken: string
}

/** True if the application or the catalogue may know how to ask for the profile of an account. @internal */
export function canIdentify(
  { options }: Context,
  account: Pick<TokenOfConnection, 'connection'>,
): boolean {
  return options.identify !== undefined || endpointOf(options, account) !== undefined
}

function endpointOf(
  { connections = {} }: Context['options'],
  { connection }: Pick<TokenOfConnection, 'connection'>,
): ProfileEndpoint | undefined {
  return findConnection(connections, connection)?.provider?.profile
}

/**
 * Asks the provider whose account a token is for: by the application's `identify`, or at the profile endpoint of the catalogue.
 *
 * @returns undefined if neither knows the connection.
 * @throws {TokenError} provider_unavailable, if the provider does not answer in time.
 * @throws {TokenError} unexpected_response, if its answer is not a profile.
 * @internal
 */
export async function readProfile(
  context: Context,
  { connection, accessToken }: TokenOfConnection,
): Promise<AccountProfile | undefined> {
  const { options, timeout } = context
  const signal = AbortSignal.timeout(timeout)
  const own = async () => options.identify?.({ connection, accessToken, signal })
  const profile = await within(own(), timeout)
  if (profile) return profile
  const endpoint = endpointOf(options, { connection })
  return endpoint && fetchProfile(context, endpoint, accessToken)
}

async function fetchProfile(
  context: Context,
  { url, method = 'GET', ...fields }: ProfileEndpoint,
  accessToken: string,
): Promise<AccountProfile> {
  const headers = { authorization: `Bearer ${accessToken}` }
  const { status, ok, json } = await askProvider(context, {
    endpoint: 'profile',
    ...{ url, method, headers },
  })
  const read = (path: string | undefined) => textAt(json, path)
  const id = ok ? read(fields.id) : undefined
  if (id === undefined) {
    throw new TokenError('unexpected_response', {
      message: `The provider's answer with status ${status} does not say whose account it is. Ask for the scopes that ${url} needs.`,
    })
  }
  return { id, name: read(fields.name), email: read(fields.email), picture: read(fields.picture) }
}

/** Returns the text or number at a path such as `data.name`; undefined if there is none. */
function textAt(json: unknown, path: string | undefined): string | undefined {
  const names = path?.split('.') ?? []
  const value = names.reduce<unknown>((part, name) => {
    const fields: Record<string, unknown> = Object(part)
    return Object.hasOwn(fields, name) ? fields[name] : undefined
  }, json)
  const isUsable = path !== undefined && (typeof value === 'string' || typeof value === 'number')
  return isUsable && value !== '' ? String(value) : undefined
}

/**
 * Turns a profile into a label. Fields that a label must not have are left out: a text of over 255 characters, a picture without
 * https, and whatever contains the token.
 *
 * @throws {TokenError} unexpected_response, if nothing is left that names the account.
 * @internal
 */
export function labelOf(
  { id, name, email, picture }: AccountProfile,
  accessToken: string,
): AccountLabel {
  const fields = { label: name ?? email ?? id, email, picture, loginHint: email ?? id }
  const usable = Object.entries(fields).filter(
    ([field, value]) =>
      !value?.includes(accessToken) && readAccountLabel({ label: 'name', [field]: value }),
  )
  const label = readAccountLabel(Object.fromEntries(usable))
  if (label) return label
  throw new TokenError('unexpected_response', {
    message: "The provider's profile has no name, email address or id of at most 255 characters.",
  })
}
