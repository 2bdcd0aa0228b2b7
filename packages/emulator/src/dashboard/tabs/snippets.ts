import type { Tenancy } from '../../context/context.js'

/** Code to paste into an application. */
export interface Snippet {
  id: string
  title: string
  code: string
}

interface Values {
  domain: string
  spa: string
  web: string
  secret: string
}

/** Returns the code for each SDK, with the values of the tenant. */
export function snippetsOf({ url, tenant: { clients } }: Tenancy): Snippet[] {
  const spa = clients.find(({ app_type }) => app_type === 'spa')
  const web = clients.find(({ app_type }) => app_type === 'regular_web')
  const values: Values = {
    domain: quoted(url),
    spa: quoted(spa?.client_id ?? 'your-client-id'),
    web: quoted(web?.client_id ?? 'your-client-id'),
    secret: quoted(web?.client_secret ?? 'your-client-secret'),
  }
  return [
    { id: 'spa-js', title: 'auth0-spa-js', code: spaJs(values) },
    { id: 'react', title: 'auth0-react', code: react(values) },
    { id: 'server', title: '@connected-accounts/server', code: server(values) },
    { id: 'nextjs', title: 'nextjs-auth0', code: nextjs(values) },
  ]
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`
}

const spaJs = ({ domain, spa }: Values) => `import { Auth0Client } from '@auth0/auth0-spa-js'
import { createConnectedAccountsClient } from '@connected-accounts/client'
import { fromAuth0 } from '@connected-accounts/client/auth0-spa-js'

const auth0 = new Auth0Client({
  domain: ${domain},
  clientId: ${spa},
  useDpop: true,
  useRefreshTokens: true,
  useMrrt: true,
  cacheLocation: 'localstorage',
  authorizationParams: { redirect_uri: window.location.origin },
})
const client = createConnectedAccountsClient(fromAuth0(auth0))`

const react = ({ domain, spa }: Values) => `import { Auth0Provider } from '@auth0/auth0-react'
import { isConnectCallback } from '@connected-accounts/client'

<Auth0Provider
  domain={${domain}}
  clientId={${spa}}
  useDpop
  useRefreshTokens
  useMrrt
  cacheLocation="localstorage"
  skipRedirectCallback={isConnectCallback(window.location.href)}
  authorizationParams={{ redirect_uri: window.location.origin }}
>`

const server = ({
  domain,
  web,
  secret,
}: Values) => `import { createHandler, ServerClient } from '@connected-accounts/server'

export const server = new ServerClient({
  domain: ${domain},
  clientId: ${web},
  clientSecret: ${secret},
  secret: 'any-text-of-32-characters-or-more',
  authorizationParams: { redirect_uri: 'http://localhost:3000/auth/callback' },
})
export const handler = createHandler(server)`

// Without `allowInsecureRequests`, it refuses http.
const nextjs = ({
  domain,
  web,
  secret,
}: Values) => `import { Auth0Client } from '@auth0/nextjs-auth0/server'

export const auth0 = new Auth0Client({
  domain: ${domain},
  clientId: ${web},
  clientSecret: ${secret},
  secret: 'any-text-of-32-characters-or-more',
  appBaseUrl: 'http://localhost:3000',
  allowInsecureRequests: true,
})`
