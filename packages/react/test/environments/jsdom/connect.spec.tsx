import { createConnectedAccountsClient } from '@connected-accounts/client'
import { ConnectedAccountsProvider, useConnectAccount } from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

afterEach(cleanup)
afterEach(() => {
  vi.unstubAllGlobals()
})

const sent: string[] = []
beforeEach(() => {
  sent.length = 0
})

const client = createConnectedAccountsClient({
  domain: 'tenant.example.test',
  accessToken: 'token',
  fetch: async ({ method }) => {
    sent.push(method)
    if (method === 'GET') return Response.json({ accounts: [] })
    const connect_uri = 'https://tenant.example.test/connect'
    const flow = {
      auth_session: 's',
      connect_uri,
      connect_params: { ticket: 't' },
      expires_in: 300,
    }
    return Response.json(flow, { status: 201 })
  },
})

function Connect({ mode }: { mode: 'redirect' | 'popup' }) {
  const { connect, status, error } = useConnectAccount({ mode, onBlocked: 'throw' })
  return (
    <button type="button" onClick={() => connect({ connection: 'github' })}>
      {status} {error && String(Reflect.get(error, 'code') ?? error)}
    </button>
  )
}

function press(mode: 'redirect' | 'popup', navigate = vi.fn()) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ConnectedAccountsProvider client={client} user="auth0|alice" navigate={navigate}>
        <Connect mode={mode} />
      </ConnectedAccountsProvider>
    </QueryClientProvider>,
  )
  fireEvent.click(screen.getByRole('button'))
  return navigate
}

test('a test sees where a redirect leads, and the page stays', async () => {
  const navigate = press('redirect')
  await vi.waitFor(() => expect(navigate).toHaveBeenCalled())
  expect(navigate).toHaveBeenCalledExactlyOnceWith('https://tenant.example.test/connect?ticket=t')
  await screen.findByText('idle')
})

test('there are no popups: popup_blocked, and nothing is sent', async () => {
  press('popup')
  await screen.findByText('error popup_blocked')
  expect(sent).not.toContain('POST')
})

test('with a window.open of the test, a popup is opened without Web Locks', async () => {
  expect(navigator).not.toHaveProperty('locks')
  const replace = vi.fn()
  vi.stubGlobal('open', () => ({ location: { replace }, close() {} }))
  press('popup')
  await vi.waitFor(() => expect(replace).toHaveBeenCalled())
  expect(replace).toHaveBeenCalledExactlyOnceWith('https://tenant.example.test/connect?ticket=t')
  screen.getByText('pending')
})

test('with neither Web Locks nor BroadcastChannel, as in Jest, it is popup_blocked as well', async () => {
  vi.stubGlobal('BroadcastChannel', undefined)
  const open = vi.fn()
  vi.stubGlobal('open', open)
  press('popup')
  await screen.findByText('error popup_blocked')
  expect(open).not.toHaveBeenCalled()
})

test('without Web Crypto, as in Jest, it is crypto_unavailable', async () => {
  vi.stubGlobal('crypto', undefined)
  press('redirect')
  await screen.findByText('error crypto_unavailable')
  expect(sent).not.toContain('POST')
})
