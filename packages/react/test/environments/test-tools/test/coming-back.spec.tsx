import { sessionStorageTransactions, startConnect } from '@connected-accounts/client'
import { screen, waitFor } from '@testing-library/react'
import { renderAccounts, user_id, withTenant } from './tenant'

const tenant = withTenant()

test('shows the account when the person comes back from the provider', async () => {
  const { url } = await startConnect(tenant.client, {
    connection: 'github',
    redirectUri: window.location.origin,
    transactions: sessionStorageTransactions(),
    user: user_id,
  })
  // As if the browser had come back.
  const { search } = await tenant.emulator.consent(url)
  window.history.replaceState(null, '', `/${search}`)
  renderAccounts(tenant.client, 'redirect')
  expect((await screen.findByRole('status')).textContent).toBe('Connected github')
  await waitFor(() => expect(screen.queryAllByRole('listitem')).toHaveLength(1))
})
