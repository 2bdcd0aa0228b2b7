import type { Client } from '../tenant/tenant.js'

/** Returns the name of each SDK, and the line of code with the options for the domain at `url`. */
export function optionsOfSdks(url: string, clients: Client[]): [name: string, code: string][] {
  const spa = clients.find(({ app_type }) => app_type === 'spa')?.client_id ?? '…'
  const web = clients.find(({ app_type }) => app_type === 'regular_web')
  const secret = `clientId: '${web?.client_id ?? '…'}', clientSecret: '${web?.client_secret ?? '…'}'`
  const { host, protocol } = new URL(url)
  return [
    ['auth0-spa-js', `createAuth0Client({ domain: '${url}', clientId: '${spa}' })`],
    ['auth0-react', `<Auth0Provider domain="${url}" clientId="${spa}">`],
    // Without this option, it refuses localhost, and it drops the port with both schemes.
    [
      'nextjs-auth0',
      `new Auth0Client({ domain: '${url}', ${secret}, allowInsecureRequests: true })`,
    ],
    // It supports only https.
    ...(protocol === 'https:' ? [serverJs(`domain: '${host}', ${secret}`)] : []),
    [
      '@connected-accounts/client',
      `createConnectedAccountsClient({ domain: '${url}', accessToken })`,
    ],
  ]
}

function serverJs(options: string): [name: string, code: string] {
  return ['auth0-server-js', `new ServerClient({ ${options} })`]
}
