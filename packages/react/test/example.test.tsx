/// <reference types="vite/client" />
import { expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import rootReadme from '../../../README.md?raw'
import readme from '../README.md?raw'
import { Accounts } from './example.js'
import example from './example.tsx?raw'
import { createTestBed, nextNavigation, seed, withEmulator } from './support.js'

withEmulator()

test('the README begins with the example, and the example has 12 lines', () => {
  const [, block] = readme.split('```')
  expect(block).toBe(`tsx\n${example}`)
  expect(example.trimEnd().split('\n')).toHaveLength(12)
})

test('the README of the project shows the example letter for letter', () => {
  expect(rootReadme).toContain(`\n\`\`\`tsx\n${example}\`\`\`\n`)
})

test('the example says that it loads, lists, disconnects, and connects', async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const { send } = bed
  let answer = () => {}
  bed.send = async (request) => {
    await new Promise<void>((resolve) => {
      answer = resolve
    })
    return send(request)
  }
  const screen = await render(<Accounts connection="google-oauth2" />, { wrapper: bed.page })
  await expect.poll(() => screen.container.textContent).toBe('Loading…')
  bed.send = send
  answer()
  const disconnect = screen.getByRole('button', { name: `Disconnect ${account?.id}` })
  await disconnect.click()
  await expect.poll(() => disconnect.query()).toBeNull()
  const left = nextNavigation()
  await screen.getByRole('button', { name: 'Connect' }).click()
  expect(await left).toMatch(/\/connect\?ticket=/)
})

test('the example says what went wrong', async () => {
  const { page } = createTestBed()
  const screen = await render(<Accounts connection="nowhere" />, { wrapper: page })
  await screen.getByRole('button', { name: 'Connect' }).click()
  await expect.element(screen.getByText(/Not Found/)).toBeVisible()
})
