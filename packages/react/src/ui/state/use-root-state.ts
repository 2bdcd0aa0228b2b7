import type { ConnectionDefinition } from '@connected-accounts/client'
import { useId, useState } from 'react'
import type { UseConnectAccountOptions } from '../../hooks/useConnectAccount.js'
import type { ConnectedAccountsMessages } from '../messages/messages.js'
import type { Notice, RootContext, RootState } from './context.js'
import { collectFailures } from './failures.js'
import { useAnnouncer } from './use-announcer.js'
import { type Flow, useFlow } from './use-flow.js'
import { type Focus, useFocus } from './use-focus.js'
import { type Lists, useLists } from './use-lists.js'
import { useNew } from './use-new.js'
import { useFlowOutcomes, useToldDisconnects } from './use-outcomes.js'
import { useWords } from './use-words.js'

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
export interface RootView {
  context: RootContext
  announcement: string
  handlers: Focus['handlers']
}

/** Returns the state of the component. */
export function useRootState(options: RootOptions): RootView {
  const { undoMs = 10_000, mode, onBlocked, onError, onLogin } = options
  const titleId = useId()
  const words = useWords(options.messages)
  const lists = useLists(options.connections)
  const { handlers, ...focus } = useFocus()
  const [notice, setNotice] = useState<Notice>()
  const flow = useFlow({ mode, onBlocked }, (connection, accountId) => [
    ...(lists.accounts.find(({ id }) => id === accountId)?.scopes ?? []),
    ...lists.show(connection).scopes,
  ])
  const state = stateOf(lists, flow)
  const { announcement, announce } = useAnnouncer(words, state, lists.accounts.length)
  const tools = { ...focus, words, lists, announce, setNotice }
  const disconnects = useToldDisconnects(undoMs, tools)
  useFlowOutcomes(flow, tools)
  const failures = collectFailures({ ...tools, flow, disconnects })
  useNew(
    failures.map(({ error }) => error),
    (error) => onError?.(error),
  )
  const { undoable } = disconnects
  const own = { state, mode, failures, notice, onLogin, titleId, undoable }
  const context: RootContext = {
    ...{ ...words, ...lists, ...focus, ...flow, ...own },
    closeNotice() {
      setNotice(undefined)
      focus.focusOn('connect', 'title')
    },
    toggleDisconnect(account) {
      if (undoable.includes(account.id)) return disconnects.undo(account.id)
      setNotice(undefined)
      if (undoMs > 0) announce('disconnecting', lists.show(account.connection).name)
      disconnects.disconnect(account)
    },
  }
  return { context, announcement, handlers }
}

function stateOf({ accounts, isLoading, isOffline, error }: Lists, flow: Flow): RootState {
  if (isLoading && error === null) return isOffline ? 'offline' : 'loading'
  if (error && accounts.length === 0) return 'error'
  const isEmpty = accounts.length === 0 && !flow.current && !flow.isCompleting
  return isEmpty ? 'empty' : 'ready'
}
