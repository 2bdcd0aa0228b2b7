import type { ConnectedAccount } from '@connected-accounts/client'
import { createContext, useContext } from 'react'
import type { UseConnectAccountOptions } from '../../hooks/useConnectAccount.js'
import type { Failure } from './failures.js'
import type { Disconnects } from './use-disconnects.js'
import type { Flow } from './use-flow.js'
import type { Focus } from './use-focus.js'
import type { Lists } from './use-lists.js'
import type { Words } from './use-words.js'

/** The state of the whole component. */
export type RootState = 'loading' | 'offline' | 'error' | 'empty' | 'ready'

/** Something that the person should know. */
export interface Notice {
  text: string
  link?: { href: string; text: string } | undefined
  kind: 'success' | 'warning'
}

/** What the parts get from the root. */
export interface RootContext
  extends Pick<Lists, 'accounts' | 'offered' | 'show' | 'isOffline' | 'isReloading'>,
    Pick<Focus, 'root' | 'focusOn'>,
    Pick<Flow, 'current' | 'isCompleting' | 'connect' | 'retry' | 'cancel'>,
    Pick<Disconnects, 'undoable'>,
    Words {
  state: RootState
  mode: UseConnectAccountOptions['mode']
  failures: readonly Failure[]
  notice: Notice | undefined
  closeNotice: () => void
  /** Disconnects an account, or undoes it while that is possible. */
  toggleDisconnect: (account: ConnectedAccount) => void
  onLogin: (() => void) | undefined
  titleId: string
}

const Context = createContext<RootContext | undefined>(undefined)

/** Provides the parts with the state of the root. */
export const RootContextProvider = Context.Provider

/**
 * Returns the state of the root above this part.
 *
 * @throws {Error} if the part is not inside a root.
 */
export function useRoot(): RootContext {
  const context = useContext(Context)
  if (context) return context
  throw new Error('No ConnectedAccounts.Root. Render <ConnectedAccounts.Root> around this part.')
}
