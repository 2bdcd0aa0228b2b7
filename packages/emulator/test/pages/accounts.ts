import { Auth0Client } from '@auth0/auth0-spa-js'

declare global {
  interface Window {
    /** The address of the emulator. The test sets it in every page. */
    domain: string
  }
}

/** An application as small as one can be: it logs in by redirect, lists what is connected, and connects GitHub. */
const { domain } = window
const audience = `${domain}/me/`
const auth0 = new Auth0Client({
  domain,
  clientId: 'spa',
  useRefreshTokens: true,
  useMrrt: true,
  cacheLocation: 'localstorage',
  authorizationParams: { redirect_uri: location.origin, audience, scope: { [audience]: 'openid' } },
})

start()

async function start(): Promise<void> {
  if (/[?&]state=/.test(location.search)) {
    await auth0.handleRedirectCallback()
    history.replaceState(null, '', '/')
  }
  if (await auth0.isAuthenticated()) await show()
  else await auth0.loginWithRedirect({ authorizationParams: { audience } })
}

async function show(): Promise<void> {
  const fetcher = auth0.createFetcher({ baseUrl: `${domain}/me/v1/connected-accounts` })
  const scope = ['read:me:connected_accounts']
  const response = await fetcher.fetchWithAuth('/accounts', {}, { audience, scope })
  const { accounts } = await response.json()
  const items = accounts.map(({ connection }: { connection: string }) => `<li>${connection}</li>`)
  const main = document.querySelector('main') ?? document.body
  main.innerHTML = `<ul>${items.join('')}</ul><button>Connect GitHub</button>`
  main.querySelector('button')?.addEventListener('click', () => {
    auth0.connectAccountWithRedirect({ connection: 'github' })
  })
}
