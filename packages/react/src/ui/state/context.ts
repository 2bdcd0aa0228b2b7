import { createContext, useContext } from 'react'
import type { UseConnectAccountOptions } from '../../hooks/useConnectAccount.js'
import type { Lists } from '../lists/use-lists.js'
import type { Words } from '../messages/use-words.js'
import type { Focus } from '../page/use-focus.js'
import type { Message, RootState } from './types.js'
import type { Disconnects } from './use-disconnects.js'
import type { Flow } from './use-flow.js'

/** What the parts get from the root. */
export interface RootContext
  extends Pick<Lists, 'accounts' | 'offered' | 'show' | 'isOffline' | 'isReloading'>,
    Pick<Focus, 'root' | 'focusOn'>,
    Pick<Flow, 'current' | 'isCompleting' | 'connect' | 'retry' | 'cancel'>,
    Pick<Disconnects, 'undoable' | 'toggleDisconnect' | 'stopsWithout'>,
    Words {
  state: RootState
  mode: UseConnectAccountOptions['mode']
  /** What failed, and the notice. */
  notices: readonly Message[]
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
  throw new Error('Render <ConnectedAccounts.Root> around this part.')
}
