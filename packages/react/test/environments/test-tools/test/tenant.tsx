import {
  type ConnectedAccountsClient,
  createConnectedAccountsClient,
} from '@connected-accounts/client'
import { createEmulator, type MswEmulator } from '@connected-accounts/emulator/msw'
import { ConnectedAccountsProvider } from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, configure, render } from '@testing-library/react'
import { setupServer } from 'msw/node'
import { Accounts } from '../src/Accounts'

// The default is a second, which a busy machine may need for a flow.
configure({ asyncUtilTimeout: 10_000 })

export const user_id = 'auth0|alice'

/** A tenant for the tests of a file: msw handles what the application sends to its domain. */
export function withTenant() {
  const server = setupServer()
  const tenant = {} as { emulator: MswEmulator; client: ConnectedAccountsClient } // set before the first test
  beforeAll(async () => {
    tenant.emulator = await createEmulator({ domain: 'tenant.eu.auth0.com' })
    server.use(...tenant.emulator.handlers)
    server.listen({ onUnhandledRequest: 'error' })
  })
  beforeEach(async () => {
    const accessToken = await tenant.emulator.issueAccessToken({ user_id })
    tenant.client = createConnectedAccountsClient({ domain: 'tenant.eu.auth0.com', accessToken })
  })
  afterEach(() => {
    cleanup() // the provider undoes what a test has not ended
    window.history.replaceState(null, '', '/')
    window.sessionStorage.clear()
    window.localStorage.clear()
    tenant.emulator.reset()
  })
  afterAll(() => server.close())
  return tenant
}

/** Renders the application for a user who is logged in. `navigate` takes the place of the browser, which would leave the page. */
export function renderAccounts(
  client: ConnectedAccountsClient,
  mode: 'redirect' | 'popup',
  navigate?: (url: string) => void,
) {
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <ConnectedAccountsProvider client={client} user={user_id} navigate={navigate}>
        <Accounts mode={mode} />
      </ConnectedAccountsProvider>
    </QueryClientProvider>,
  )
}
