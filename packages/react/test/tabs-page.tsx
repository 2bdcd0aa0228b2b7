import {
  createConnectedAccountsClient,
  localStorageAccountLabels,
} from '@connected-accounts/client'
import {
  ConnectedAccountsProvider,
  useAccountLabel,
  useConnectedAccounts,
  useDisconnectAccount,
} from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'

// What tabs.html runs: another page of the same origin. The test says in its address who is logged in, and where.
const {
  domain = '',
  accessToken = '',
  user = '',
} = Object.fromEntries(new URLSearchParams(window.location.hash.slice(1)))
const client = createConnectedAccountsClient({ domain, accessToken })

const accountLabels = localStorageAccountLabels()

function Label({ id }: { id: string }) {
  return useAccountLabel(id).label?.label
}

function Accounts() {
  const { data } = useConnectedAccounts()
  const { mutate } = useDisconnectAccount({ undoMs: 300 })
  return (
    <>
      <output>{data?.length}</output>
      {data?.map(({ id }) => (
        <button type="button" key={id} onClick={() => mutate(id)}>
          Disconnect <Label id={id} />
        </button>
      ))}
    </>
  )
}

createRoot(document.body).render(
  <QueryClientProvider client={new QueryClient()}>
    <ConnectedAccountsProvider client={client} user={user} accountLabels={accountLabels}>
      <Accounts />
    </ConnectedAccountsProvider>
  </QueryClientProvider>,
)
