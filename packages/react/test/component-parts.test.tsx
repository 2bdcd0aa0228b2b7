import { localStorageAccountLabels } from '@connected-accounts/client'
import { ConnectedAccounts } from '@connected-accounts/react/ui'
import axe from 'axe-core'
import { expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { createTestBed, seed, withEmulator } from './support.js'

withEmulator()

// The page around the component is the test's.
const noRegions = { rules: { region: { enabled: false } } }

test('parts are composed, and asChild puts an element of the application in place of a part', async () => {
  await seed(1)
  const { page: App } = createTestBed()
  const onClick = vi.fn((event: { preventDefault: () => void }) => event.preventDefault())
  const screen = await render(
    <App>
      <ConnectedAccounts.Root>
        <ConnectedAccounts.Title asChild>
          <h3 className="mine">My accounts</h3>
        </ConnectedAccounts.Title>
        <ConnectedAccounts.List className="list">
          {(account) => (
            <ConnectedAccounts.Item key={account.id} account={account}>
              <ConnectedAccounts.Name />
              <ConnectedAccounts.Disconnect asChild>
                <button type="button" className="button" onClick={onClick}>
                  Remove
                </button>
              </ConnectedAccounts.Disconnect>
            </ConnectedAccounts.Item>
          )}
        </ConnectedAccounts.List>
      </ConnectedAccounts.Root>
    </App>,
  )
  await expect.element(screen.getByRole('region', { name: 'My accounts' })).toBeVisible()
  const remove = screen.getByRole('button', { name: 'Remove google-oauth2' })
  await expect.element(remove).toHaveAttribute('data-part', 'disconnect')
  await remove.click()
  expect(onClick).toHaveBeenCalledOnce()
  // The application's handler has prevented what the part does.
  await expect.element(remove).toHaveAttribute('data-state', 'disconnect')
  expect((await axe.run(screen.container, noRegions)).violations).toEqual([])
})

test('asChild without one element is an error that names the part', async () => {
  await seed(1)
  const { page: App } = createTestBed()
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const broken = render(
    <App>
      <ConnectedAccounts.Root>
        <ConnectedAccounts.Title asChild>Accounts</ConnectedAccounts.Title>
      </ConnectedAccounts.Root>
    </App>,
  )
  await expect(broken).rejects.toThrow('asChild needs one element as the child of the part "title"')
  error.mockRestore()
})

test('a part outside of the root is an error that says so', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const { page: App } = createTestBed()
  const alone = render(<ConnectedAccounts.Title />, { wrapper: App })
  await expect(alone).rejects.toThrow('Render <ConnectedAccounts.Root> around this part.')
  error.mockRestore()
})

test('own words take the place of the English ones', async () => {
  const { page: App } = createTestBed()
  const screen = await render(<ConnectedAccounts messages={{ title: 'Your services' }} />, {
    wrapper: App,
  })
  await expect.element(screen.getByRole('heading', { name: 'Your services' })).toBeVisible()
})

test('a person names an account by keyboard, and the focus comes back', async () => {
  await seed(1)
  const labels = localStorageAccountLabels()
  const { page: App } = createTestBed()
  const screen = await render(
    <App accountLabels={labels}>
      <ConnectedAccounts />
    </App>,
  )
  await screen.getByRole('button', { name: /^Rename/ }).click()
  const field = screen.getByRole('textbox', { name: 'Name of the account' })
  await expect.element(field).toHaveFocus()
  expect((await axe.run(screen.container, noRegions)).violations).toEqual([])
  await userEvent.keyboard('{Escape}')
  await expect.element(screen.getByRole('button', { name: /^Rename/ })).toHaveFocus()
  await userEvent.keyboard('{Enter}')
  await field.fill('Home')
  await userEvent.keyboard('{Enter}')
  await expect.element(screen.getByText('Home', { exact: true })).toBeVisible()
  await expect.element(screen.getByRole('button', { name: /^Rename Home/ })).toHaveFocus()
  await labels.clear?.('auth0|alice')
})

test('the label of an account is shown in place of the name, which stands beside it', async () => {
  const [account] = await seed(1)
  const labels = localStorageAccountLabels()
  await labels.set('auth0|alice', String(account?.id), {
    label: 'Work',
    email: 'alice@work.example',
  })
  const { page: App } = createTestBed()
  const screen = await render(
    <App accountLabels={labels}>
      <ConnectedAccounts />
    </App>,
  )
  await expect.element(screen.getByText('Work', { exact: true })).toBeVisible()
  await expect
    .element(screen.getByText(/google-oauth2 · alice@work.example · Connected on/))
    .toBeVisible()
  await labels.clear?.('auth0|alice')
})
