// The hooks, which need no page for their types. Each wrong type must be an error.

import { createConnectedAccountsClient } from '@connected-accounts/client'
import * as hooks from '@connected-accounts/react'
import type { QueryClient } from '@tanstack/react-query'
import { createElement, type ReactNode } from 'react'

const client = createConnectedAccountsClient({ domain: 'tenant.example', accessToken: 'a-token' })
export const handled: Promise<boolean> = hooks.handleConnectCallback({ client })

export function Accounts(): ReactNode {
  const { data = [] } = hooks.useConnectedAccounts({ connection: 'github' })
  const { connect, data: connected } = hooks.useConnectAccount({ mode: 'popup' })
  const pages = hooks.useInfiniteConnectedAccounts().data?.pages
  const { status, missingScopes } = hooks.useConnection('github', { scopes: ['repo'] })
  const { mutate } = hooks.useDisconnectAccount({ undoMs: 5000 })
  const all: string[] = hooks.useSuspenseConnectedAccounts().data.map(({ id }) => id)
  const names: string[] | undefined = hooks.useConnections().data?.map(({ name }) => name)
  const account: string | undefined =
    hooks.useConnectCallback().account?.id ?? connected?.account.id
  // @ts-expect-error there is no such mode
  hooks.useConnectAccount({ mode: 'pop-up' })
  // @ts-expect-error an account's id is a string
  const id: number | undefined = data[0]?.id
  connect({ connection: 'github', scopes: ['repo'] })
  // @ts-expect-error scopes are a list
  connect({ connection: 'github', scopes: 'repo' })
  mutate(String(id))
  return [status, ...missingScopes, pages?.length, all.length, names?.length, account]
}

export const App = (): ReactNode =>
  createElement(
    hooks.ConnectedAccountsProvider,
    { client, user: undefined },
    createElement(Accounts),
  )

// @ts-expect-error the client is missing
createElement(hooks.ConnectedAccountsProvider, { user: 'auth0|alice' })

export async function prefetch(queryClient: QueryClient): Promise<void> {
  const queries = hooks.connectedAccountsQueries({ client, user: 'auth0|alice' })
  await queryClient.fetchQuery(queries.accounts())
  const accounts = queryClient.getQueryData(queries.accounts().queryKey)
  // @ts-expect-error a list has no such field
  accounts?.total
}
