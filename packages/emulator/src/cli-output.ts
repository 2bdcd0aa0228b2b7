import type { Emulator } from './emulator.js'
import { optionsOfSdks } from './sdk-options.js'
import type { Tenant } from './tenant.js'

/** What is told about an emulator. */
export interface Told extends Pick<Emulator, 'url' | 'domains' | 'certificate'> {
  tenant: Pick<Tenant, 'clients' | 'users'>
  /** Where the certificate was written, if there is one. */
  certificateFile: string | undefined
}

/** One line of JSON with what a script needs, in the tenant's own field names. */
export function describeForScripts(told: Told): string {
  const { url, domains, certificate, certificateFile: certificate_file, tenant } = told
  const { clients, users } = tenant
  return JSON.stringify({
    url,
    domains,
    certificate,
    certificate_file,
    clients: clients.map(({ client_id, client_secret, app_type }) => ({
      client_id,
      client_secret,
      app_type,
    })),
    users: users.map(({ user_id, email, password }) => ({ user_id, email, password })),
  })
}

/** Where the tenant is, who may log in, and what to put into which option of which SDK. */
export function describeForPeople({ url, domains, certificateFile, tenant }: Told): string {
  const { clients, users } = tenant
  const people = users.map(({ email, password }) => `${email} (${password})`)
  const names = clients.map(({ client_id, client_secret }) =>
    client_secret === undefined ? client_id : `${client_id} (${client_secret})`,
  )
  const custom = domains.slice(1)
  const options = optionsOfSdks(url, clients).map(([name, code]) => `${name.padEnd(27)} ${code}`)
  return `Emulated tenant: ${url}
Open it in a browser to see users, accounts and requests, and to set faults and switches.
Users, with their passwords: ${people.join(', ')}
Clients, with their secrets: ${names.join(', ')}
${custom.length > 0 ? `Custom domains: ${custom.join(', ')}\n` : ''}
For development only: everybody knows these passwords and the key that signs its tokens.

${certificateFile === undefined ? '' : `${howToTrust(url, certificateFile)}\n\n`}${options.join('\n')}`
}

function howToTrust(url: string, file: string): string {
  return `Its certificate is good until it stops, for callers that are told to trust it:
NODE_EXTRA_CA_CERTS=${file} node app.js
curl --cacert ${file} ${url}/.well-known/openid-configuration`
}
