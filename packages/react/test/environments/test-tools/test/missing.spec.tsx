import { screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { renderAccounts, withTenant } from './tenant'

// What the application shows where a test environment lacks something, and the set-up does not add it.

const tenant = withTenant()
const names = ['open', 'BroadcastChannel', 'crypto']
const kept = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const) // pairs
afterEach(() => {
  for (const [name, property] of kept)
    if (property) Object.defineProperty(globalThis, name, property)
})

function replace(name: string, value: unknown) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
}

async function alertAfterConnect(mode: 'redirect' | 'popup') {
  renderAccounts(tenant.client, mode)
  await userEvent.click(screen.getByRole('button', { name: 'Connect GitHub' }))
  const { textContent } = await screen.findByRole('alert')
  expect(tenant.emulator.logs).toEqual([]) // nothing was started
  return textContent
}

test('without windows, a popup is blocked', async () => {
  replace('open', () => null)
  expect(await alertAfterConnect('popup')).toContain('Your browser blocked the window.')
})

test('with neither Web Locks nor BroadcastChannel, a popup is blocked and no window opens', async () => {
  expect(Reflect.get(navigator, 'locks') ?? undefined).toBeUndefined() // null in happy-dom
  let isOpen = false
  replace('open', () => {
    isOpen = true
  })
  replace('BroadcastChannel', undefined)
  expect(await alertAfterConnect('popup')).toContain('Your browser blocked the window.')
  expect(isOpen).toBe(false)
})

test('without Web Crypto, nothing is connected', async () => {
  replace('crypto', undefined)
  expect(await alertAfterConnect('redirect')).toContain('This page is not secure.')
})
