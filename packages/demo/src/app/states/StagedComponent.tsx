import {
  type AccountLabels,
  type ConnectedAccountsClient,
  type ConnectionDefinition,
  createConnectedAccountsClient,
  defineConnections,
  memoryTransactions,
  startConnect,
  type TransactionStore,
} from '@connected-accounts/client'
import { github, google } from '@connected-accounts/client/catalogue'
import { ConnectedAccountsProvider } from '@connected-accounts/react'
import { ConnectedAccounts } from '@connected-accounts/react/ui'
import { createAnswers, undoTime } from '@connected-accounts/testing/component/answers'
import type { StageTools } from '@connected-accounts/testing/component/stage'
import type { State } from '@connected-accounts/testing/component/states'
import { onlineManager, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { LANGUAGES } from './languages.js'

const USER = 'auth0|alice'

/** What an application gives the component, with answers that are made up. */
export interface Stage {
  client: ConnectedAccountsClient
  queryClient: QueryClient
  transactions: TransactionStore
  accountLabels: AccountLabels
  connections: Record<string, ConnectionDefinition>
  tools: StageTools
}

/** Creates the stage for a state. */
export function createStage(state: State): Stage {
  const client = createConnectedAccountsClient({
    domain: 'tenant.example',
    accessToken: 'a-token',
    fetch: createAnswers(state),
  })
  const transactions = memoryTransactions()
  return {
    ...{ client, transactions },
    queryClient: new QueryClient({ defaultOptions: { queries: { retry: false } } }), // so that failures show at once
    accountLabels: memoryLabels(state),
    connections: state.definitions ?? connectionsOf(state),
    tools: {
      setOnline: (isOnline) => onlineManager.setOnline(isOnline),
      async startFlow(flow) {
        const redirectUri = location.origin
        return (await startConnect(client, { ...flow, redirectUri, transactions, user: USER }))
          .state
      },
    },
  }
}

function memoryLabels({ labels = {}, refusesLabels }: State): AccountLabels {
  const known = new Map<string, Awaited<ReturnType<AccountLabels['get']>>>(Object.entries(labels))
  return {
    get: (_user, id) => known.get(id),
    set(_user, id, label) {
      if (refusesLabels) throw new Error('The store refuses.')
      known.set(id, label)
    },
    delete: (_user, id) => void known.delete(id),
  }
}

function connectionsOf({ scopes }: State) {
  const calendar = 'https://www.googleapis.com/auth/calendar.readonly'
  return defineConnections({
    calendar: { provider: google, scopes: scopes ?? [calendar] },
    code: { provider: github, usedBy: ['Code review', 'Release notes'] },
    acme: { connection: 'acme', label: 'Acme' },
  })
}

const forever = () => new Promise<never>(() => undefined)

interface StagedComponentProps {
  state: State
  stage: Stage
  lang: string
}

/** Shows the component on a stage. */
export function StagedComponent({ state, stage, lang }: StagedComponentProps) {
  const { client, queryClient, transactions, accountLabels, connections } = stage
  return (
    <QueryClientProvider client={queryClient}>
      <ConnectedAccountsProvider
        {...{ client, transactions, accountLabels, connections }}
        user={USER}
        navigate={forever}
      >
        <h1 className="visually-hidden">{state.title}</h1>
        <ConnectedAccounts
          mode={state.mode ?? 'popup'}
          connections={connections}
          undoMs={undoTime(state)}
          messages={LANGUAGES[lang]?.messages}
          onLogin={() => undefined}
        />
      </ConnectedAccountsProvider>
    </QueryClientProvider>
  )
}
