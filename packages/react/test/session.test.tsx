import { createConnectedAccountsClient } from '@connected-accounts/client'
import {
  ConnectedAccountsProvider,
  useConnectAccount,
  useConnectedAccounts,
  useConnection,
  useDisconnectAccount,
  useInfiniteConnectedAccounts,
} from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { expect, test } from 'vitest'
import { renderHook } from 'vitest-browser-react'
import { origin, withEmulator } from './support.js'

withEmulator()

test('a session that has expired is shown as the error of every hook, and nothing asks for tokens in a loop', async () => {
  let asked = 0
  const client = createConnectedAccountsClient({
    domain: origin(),
    accessToken: async () => {
      asked += 1
      throw Object.assign(new Error('Login required'), { error: 'login_required' })
    },
  })
  const queryClient = new QueryClient()
  const { result } = await renderHook(
    () => ({
      list: useConnectedAccounts(),
      pages: useInfiniteConnectedAccounts(),
      connection: useConnection('google-oauth2'),
      connect: useConnectAccount(),
      disconnect: useDisconnectAccount(),
    }),
    {
      wrapper: ({ children }) => (
        <StrictMode>
          <QueryClientProvider client={queryClient}>
            <ConnectedAccountsProvider client={client} user="auth0|alice">
              {children}
            </ConnectedAccountsProvider>
          </QueryClientProvider>
        </StrictMode>
      ),
    },
  )
  await expect
    .poll(() => [result.current.list, result.current.pages].map(({ error }) => error?.message))
    .toEqual(['Login required', 'Login required'])
  expect(result.current.connection).toMatchObject({
    status: 'error',
    error: { message: 'Login required' },
  })
  result.current.connect.connect({ connection: 'google-oauth2' })
  await expect.poll(() => result.current.connect.error?.message).toBe('Login required')
  result.current.disconnect.mutate('cac_1')
  await expect.poll(() => result.current.disconnect.error?.message).toBe('Login required')
  await new Promise((resolve) => setTimeout(resolve, 300))
  const settled = asked
  await new Promise((resolve) => setTimeout(resolve, 2000)) // longer than a first retry would wait
  expect(asked).toBe(settled)
})
