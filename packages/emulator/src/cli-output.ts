import type { Emulator } from './emulator.js'
import type { Client, Tenant } from './tenant.js'

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
  return `Emulated tenant: ${url}
Users: ${people.join(', ')}. Clients: ${names.join(', ')}.
${custom.length > 0 ? `Custom domains: ${custom.join(', ')}\n` : ''}
For development only: everybody knows these passwords and the key that signs its tokens.

${certificateFile === undefined ? '' : `${howToTrust(url, certificateFile)}\n\n`}${optionsOfSdks(url, clients)}`
}

function howToTrust(url: string, file: string): string {
  return `Its certificate is good until it stops, for callers that are told to trust it:
NODE_EXTRA_CA_CERTS=${file} node app.js
curl --cacert ${file} ${url}/.well-known/openid-configuration`
}

function optionsOfSdks(url: string, clients: Client[]): string {
  const spa = clients.find(({ app_type }) => app_type === 'spa')?.client_id ?? '…'
  const web = clients.find(({ app_type }) => app_type === 'regular_web')
  const secret = `clientId: '${web?.client_id ?? '…'}', clientSecret: '${web?.client_secret ?? '…'}'`
  const insecure = url.startsWith('https:') ? '' : ', allowInsecureRequests: true'
  const rows = [
    ['auth0-spa-js', `createAuth0Client({ domain: '${url}', clientId: '${spa}' })`],
    ['auth0-react', `<Auth0Provider domain="${url}" clientId="${spa}">`],
    ['nextjs-auth0', `new Auth0Client({ domain: '${url}', ${secret}${insecure} })`],
    [
      '@connected-accounts/client',
      `createConnectedAccountsClient({ domain: '${url}', accessToken })`,
    ],
  ]
  return rows.map(([name = '', code]) => `${name.padEnd(27)} ${code}`).join('\n')
}
