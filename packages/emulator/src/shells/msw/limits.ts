import type { CredentialCheck } from '../../tenant/read-tenant.js'

/** Refuses keys of clients, because the token endpoint behind msw does not check them. */
export const credentialFlaw: CredentialCheck = (client) => {
  const fields = ['credentials', 'client_authentication_methods', 'token_vault_privileged_access']
  const field = fields.find((name) => name in client)
  return field ? { field, detail: 'Keys of clients need an emulator that listens' } : undefined
}
