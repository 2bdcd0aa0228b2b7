import { optionsOfSdks } from '../../control/sdk-options.js'
import type { Emulator } from '../../emulator.js'
import type { Tenant } from '../../tenant/tenant.js'

/** What the command prints about an emulator. */
export interface Told extends Pick<Emulator, 'url' | 'domains' | 'certificate'> {
  tenant: Pick<Tenant, 'clients' | 'users'>
  /** The path of the certificate's file, if there is one. */
  certificateFile: string | undefined
}

/** Returns one line of JSON for scripts, with the field names of the tenant. */
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

/** Returns the text for people: the tenant's address, its users and clients, and the options to pass to each SDK. */
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
For development only: these passwords and the key that signs the tokens are public.

${certificateFile === undefined ? '' : `${howToTrust(url, certificateFile)}\n\n`}${options.join('\n')}`
}

function howToTrust(url: string, file: string): string {
  return `Its certificate is valid until the emulator stops. To trust it:
NODE_EXTRA_CA_CERTS=${file} node app.js
curl --cacert ${file} ${url}/.well-known/openid-configuration`
}
