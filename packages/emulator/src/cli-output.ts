import type { Client, Tenant } from './tenant.js'

/** One line of JSON with what a script needs, in the tenant's own field names. */
export function describeForScripts(url: string, { clients, users }: Tenant): string {
  return JSON.stringify({
    url,
    clients: clients.map(({ client_id, client_secret, app_type }) => ({
      client_id,
      client_secret,
      app_type,
    })),
    users: users.map(({ user_id, email, password }) => ({ user_id, email, password })),
  })
}

/** Where the tenant is, who may log in, and what to put into which option of which SDK. */
export function describeForPeople(url: string, { clients, users }: Tenant): string {
  const people = users.map(({ email, password }) => `${email} (${password})`)
  const names = clients.map(({ client_id, client_secret }) =>
    client_secret === undefined ? client_id : `${client_id} (${client_secret})`,
  )
  return `Emulated tenant: ${url}
Users: ${people.join(', ')}. Clients: ${names.join(', ')}.

For development only: everybody knows these passwords and the key that signs its tokens.

${optionsOfSdks(url, clients)}`
}

function optionsOfSdks(url: string, clients: Client[]): string {
  const spa = clients.find(({ app_type }) => app_type === 'spa')?.client_id ?? '…'
  const web = clients.find(({ app_type }) => app_type === 'regular_web')
  const secret = `clientId: '${web?.client_id ?? '…'}', clientSecret: '${web?.client_secret ?? '…'}'`
  const rows = [
    ['auth0-spa-js', `createAuth0Client({ domain: '${url}', clientId: '${spa}' })`],
    ['auth0-react', `<Auth0Provider domain="${url}" clientId="${spa}">`],
    [
      'nextjs-auth0',
      `new Auth0Client({ domain: '${url}', ${secret}, allowInsecureRequests: true })`,
    ],
    [
      '@connected-accounts/client',
      `createConnectedAccountsClient({ domain: '${url}', accessToken })`,
    ],
  ]
  return rows.map(([name = '', code]) => `${name.padEnd(27)} ${code}`).join('\n')
}
