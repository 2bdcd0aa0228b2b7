import { connectedAccountsQueries } from '@connected-accounts/react'
import { ConnectedAccounts } from '@connected-accounts/react/ui'
import { dehydrate, HydrationBoundary, QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTestBed, seed, withEmulator } from './support.js'

withEmulator()

const error = vi.spyOn(console, 'error')
beforeEach(() => error.mockClear())
afterEach(() => document.body.replaceChildren())

/** Says when the page is hydrated. */
function Hydrated() {
  const [isHydrated, setHydrated] = useState(false)
  useEffect(() => setHydrated(true), [])
  return <output>{isHydrated ? 'hydrated' : 'rendered'}</output>
}

/** A page whose lists a server has fetched. */
async function prefetched() {
  const server = createTestBed()
  const queries = connectedAccountsQueries({ client: server.client, user: 'auth0|alice' })
  await server.queryClient.query(queries.accounts())
  await server.queryClient.query(queries.connections())
  const state = JSON.parse(JSON.stringify(dehydrate(server.queryClient)))
  const createPage = () => {
    const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } })
    const bed = createTestBed({ queryClient })
    const children = (
      <HydrationBoundary state={state}>
        <ConnectedAccounts messages={{ locale: 'en-GB' }} />
        <Hydrated />
      </HydrationBoundary>
    )
    return { bed, page: bed.page({ children }) }
  }
  return { html: renderToString(createPage().page), createPage }
}

test('what a server renders has the accounts, and is hydrated without a warning and without a request', async () => {
  await seed(2)
  const { html, createPage } = await prefetched()
  expect(html).toContain('data-state="ready"')
  const main = document.body.appendChild(document.createElement('main'))
  main.innerHTML = html
  const [first] = main.querySelectorAll('button')
  first?.focus()
  const { bed, page } = createPage()
  const root = hydrateRoot(main, page)
  await expect.poll(() => main.querySelector('output')?.textContent).toBe('hydrated')
  expect(error).not.toHaveBeenCalled()
  expect(bed.calls).toEqual([])
  expect(main.querySelectorAll('[data-part="item"]')).toHaveLength(2)
  expect(document.activeElement).toBe(first)
  root.unmount()
})

test('what a server renders has no inline styles, and the announcements are hidden nevertheless', async () => {
  await seed(1)
  const { html, createPage } = await prefetched()
  expect(html).not.toContain('style=')
  const main = document.body.appendChild(document.createElement('main'))
  main.innerHTML = html
  const root = hydrateRoot(main, createPage().page)
  const [disconnect] = main.querySelectorAll<HTMLElement>('[data-part="disconnect"]')
  await expect.poll(() => main.querySelector('output')?.textContent).toBe('hydrated')
  disconnect?.click()
  const region = main.querySelector('[role="status"]')
  await expect.poll(() => region?.textContent).toContain('disconnected')
  expect(region?.getBoundingClientRect().width).toBe(1)
  root.unmount()
})

test('without prefetched lists a server renders the loading state', async () => {
  const html = renderToString(createTestBed().page({ children: <ConnectedAccounts /> }))
  expect(html).toContain('data-part="skeleton"')
  expect(error).not.toHaveBeenCalled()
})
