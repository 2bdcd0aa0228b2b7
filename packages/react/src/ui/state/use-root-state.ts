import { type ConnectionDefinition, connectionHealth } from '@connected-accounts/client'
import { useId, useState } from 'react'
import type { UseConnectAccountOptions } from '../../hooks/useConnectAccount.js'
import { type Lists, useLists } from '../lists/use-lists.js'
import type { ConnectedAccountsMessages } from '../messages/messages.js'
import { useWords } from '../messages/use-words.js'
import { type Announcer, useAnnouncer } from '../page/use-announcer.js'
import { type Focus, useFocus } from '../page/use-focus.js'
import { useNew } from '../page/use-new.js'
import type { RootContext } from './context.js'
import { collectFailures } from './failures.js'
import type { Notice, RootState } from './types.js'
import { useDisconnects } from './use-disconnects.js'
import { type Flow, useFlow } from './use-flow.js'
import { useFlowOutcomes } from './use-outcomes.js'

/** What the component does, and in which words. */
export interface RootOptions extends UseConnectAccountOptions {
  /**
   * Your connections from `defineConnections`. Names, logos and scopes come from them, and only their accounts are listed.
   * Default: every connection that the tenant offers, and every account.
   */
  connections?: Record<string, ConnectionDefinition> | undefined
  /** How long a disconnect can be undone, in milliseconds. With 0 it is sent at once. Default: 10000. */
  undoMs?: number | undefined
  /** Texts in place of the English ones: those of another language, or some of your own. */
  messages?: Partial<ConnectedAccountsMessages> | undefined
  /** Called once with each error that is shown. */
  onError?: ((error: unknown) => void) | undefined
  /** Logs the person in again. If it is there, an error that needs a new login has a button for it. */
  onLogin?: (() => void) | undefined
}

/** What the root renders, and what its parts get. */
export interface RootView<Section> {
  context: RootContext
  /** Apart from the context, because a value whose member is passed as `ref` counts as a ref. */
  root: Focus['root']
  region: Announcer['region']
  handlers: Focus['handlers']
  /** The props that are not the component's own. */
  section: Section
}

/** Returns the state of the component. */
export function useRootState<Section extends object>({
  connections,
  mode,
  onBlocked,
  undoMs = 10_000,
  messages,
  onError,
  onLogin,
  ...section
}: RootOptions & Section): RootView<Omit<Section, keyof RootOptions>> {
  const titleId = useId()
  const words = useWords(messages)
  const lists = useLists(connections)
  const { handlers, ...focus } = useFocus()
  const [notice, setNotice] = useState<Notice>()
  const flow = useFlow({ mode, onBlocked }, (connection, { id, missingScopes }) => {
    const accounts = lists.accounts.filter((account) => account.id === id)
    const options = { accounts, scopes: missingScopes, definitions: connections }
    return connectionHealth(connection, options).repairScopes
  })
  const state = stateOf(lists, flow)
  const { region, announce } = useAnnouncer(words, state, lists.accounts.length)
  const tools = { ...focus, words, lists, announce, setNotice }
  const disconnects = useDisconnects(undoMs, tools)
  useFlowOutcomes(flow, tools)
  const failures = collectFailures({ ...tools, flow, disconnects })
  useNew(
    failures.map(({ error }) => error),
    (error) => onError?.(error),
  )
  const close = () => {
    setNotice(undefined)
    focus.focusOn('connect', 'title')
  }
  const notices = notice ? [...failures, { ...notice, accountId: '', close }] : failures
  const own = { state, mode, notices, onLogin, titleId }
  const context: RootContext = { ...words, ...lists, ...focus, ...disconnects, ...flow, ...own }
  return { context, root: focus.root, region, handlers, section }
}

function stateOf({ accounts, isLoading, isOffline, error }: Lists, flow: Flow): RootState {
  if (isLoading && error === null) return isOffline ? 'offline' : 'loading'
  if (error && accounts.length === 0) return 'error'
  const isEmpty = accounts.length === 0 && !flow.current && !flow.isCompleting
  return isEmpty ? 'empty' : 'ready'
}
