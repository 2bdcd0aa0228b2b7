import { handleConnectCallback } from '@connected-accounts/react'
import { screen, waitFor } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { renderAccounts, user_id, withTenant } from './tenant'

const tenant = withTenant()
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }))
const rows = () => screen.queryAllByRole('listitem').map((row) => row.textContent)

test('lists the accounts', async () => {
  await tenant.emulator.seed({ user_id, connection: 'github' })
  renderAccounts(tenant.client, 'redirect')
  await waitFor(() => expect(rows()).toEqual(['githubDisconnect']))
})

test('disconnects an account, and undo keeps it', async () => {
  await tenant.emulator.seed({ user_id, connection: 'github' })
  renderAccounts(tenant.client, 'redirect')
  await screen.findByRole('listitem')
  await press('Disconnect')
  await waitFor(() => expect(rows()).toEqual([]))
  await press('Undo')
  await waitFor(() => expect(rows()).toEqual(['githubDisconnect']))
  expect(tenant.emulator.logs.some(({ type }) => type.includes('delete'))).toBe(false)
})

test('connects in a popup', async () => {
  const popup = fakePopup()
  renderAccounts(tenant.client, 'popup')
  await press('Connect GitHub')
  const { search } = await tenant.emulator.consent(await popup.url)
  // As if the callback page had loaded in the popup.
  window.history.replaceState(null, '', `/${search}`)
  expect(await handleConnectCallback({ client: tenant.client })).toBe(true)
  await waitFor(() => expect(rows()).toEqual(['githubDisconnect']))
})

/** Replaces `window.open`, which neither jsdom nor happy-dom can do as a browser does it. */
function fakePopup() {
  let show = (_: string) => {}
  const url = new Promise<string>((resolve) => {
    show = resolve
  })
  const close = () => {}
  window.open = () => ({ location: { replace: show }, close }) as unknown as Window // what a flow uses of it
  window.close = close // it would close the window of the test
  return { url }
}
