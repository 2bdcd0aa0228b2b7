import { sessionStorageTransactions, startConnect } from '@connected-accounts/client'
import { fireEvent, screen, waitFor } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { renderAccounts, user_id, withTenant } from './tenant'

const tenant = withTenant()
const connect = () => userEvent.click(screen.getByRole('button', { name: 'Connect GitHub' }))

test('Connect leads to the provider, by the `navigate` of the test, and the flow can be completed', async () => {
  const visited: string[] = []
  const { unmount } = renderAccounts(tenant.client, 'redirect', (url) => void visited.push(url))
  await connect()
  await waitFor(() => expect(visited).toHaveLength(1))
  const { search } = await tenant.emulator.consent(String(visited[0]))
  unmount()
  // As if the browser had come back.
  window.history.replaceState(null, '', `/${search}`)
  renderAccounts(tenant.client, 'redirect')
  expect((await screen.findByRole('status')).textContent).toBe('Connected github')
})

test('shows the account when the person comes back from the provider', async () => {
  const { url } = await startConnect(tenant.client, {
    connection: 'github',
    redirectUri: window.location.origin,
    transactions: sessionStorageTransactions(),
    user: user_id,
  })
  const { search } = await tenant.emulator.consent(url)
  window.history.replaceState(null, '', `/${search}`)
  renderAccounts(tenant.client, 'redirect')
  expect((await screen.findByRole('status')).textContent).toBe('Connected github')
  await waitFor(() => expect(screen.queryAllByRole('listitem')).toHaveLength(1))
})

test('without `navigate`, a page that is restored by the back/forward cache can connect again', async () => {
  renderAccounts(tenant.client, 'redirect')
  await connect()
  await screen.findByText('Connecting…')
  await waitFor(() => {
    // The redirect listens to it from the moment in which it leaves the page.
    fireEvent(window, Object.assign(new Event('pageshow'), { persisted: true }))
    expect(screen.queryByText('Connecting…')).toBeNull()
  })
  expect(screen.queryByRole('alert')).toBeNull()
})
