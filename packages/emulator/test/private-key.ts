import { exportSPKI, generateKeyPair } from 'jose'
import { type Client, defaultTenant, type Tenant } from '../src/index.js'

/** A key pair, and the credential by which a client registers its public key. */
export async function createCredential(id: string) {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const credential = { id, pem: await exportSPKI(publicKey), kid: `kid-of-${id}` }
  return { privateKey, credential }
}

/** The default tenant, whose client `web` is changed. */
export function tenantWithWeb(change: (web: Client) => void): Tenant {
  const tenant = defaultTenant()
  for (const client of tenant.clients) if (client.client_id === 'web') change(client)
  return tenant
}
