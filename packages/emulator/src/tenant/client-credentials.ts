import { createPublicKey } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import type { JWK } from 'jose'
import type { CredentialCheck } from './read-tenant.js'
import type { Client, Credential } from './tenant.js'

/** Returns the credentials of a client with these IDs. */
export function credentialsOf(
  { credentials = [] }: Client,
  references: readonly { id: string }[] = [],
): Credential[] {
  return credentials.filter((one) => references.some(({ id }) => id === one.id))
}

/** Returns the public key of a credential. Throws if `pem` is not an RSA public key. */
export function publicJwkOf({ pem, alg = 'RS256', kid }: Credential): JWK {
  const { kty, n, e } = createPublicKey(pem).export({ format: 'jwk' })
  if (kty !== 'RSA' || !n || !e) throw new TypeError('The key must be an RSA key')
  return { kty, n, e, alg, use: 'sig', ...(kid && { kid }) }
}

/** Creates a list of IP addresses and ranges. Throws if an entry is neither. */
export function addressList(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}

/** Checks a client's credentials, and the settings that refer to them. */
export const credentialFlaw: CredentialCheck = (client) => {
  for (const credential of client.credentials ?? []) {
    if (fails(() => publicJwkOf(credential))) {
      return {
        field: 'credentials',
        detail: `${credential.id} must have a public RSA key as its pem`,
      }
    }
  }
  const { client_authentication_methods: methods, token_vault_privileged_access: access } = client
  const named = methods?.private_key_jwt.credentials ?? []
  if (credentialsOf(client, named).length < named.length) {
    return { field: 'client_authentication_methods', detail: 'There is no such credential' }
  }
  const detail = access ? accessFlaw(client, access) : undefined
  return detail ? { field: 'token_vault_privileged_access', detail } : undefined
}

function accessFlaw(
  client: Client,
  access: NonNullable<Client['token_vault_privileged_access']>,
): string | undefined {
  const { credentials, ip_allowlist = [], grants = [] } = access
  if (credentialsOf(client, credentials).length < credentials.length) {
    return 'There is no such credential'
  }
  if (fails(() => addressList(ip_allowlist))) {
    return 'ip_allowlist must contain only IP addresses and CIDR ranges'
  }
  const hasTooManyScopes = grants.flatMap(({ scopes }) => scopes).length > 20
  return hasTooManyScopes ? 'grants must have at most 20 scopes in all' : undefined
}

function fails(attempt: () => unknown): boolean {
  try {
    attempt()
    return false
  } catch {
    return true
  }
}
