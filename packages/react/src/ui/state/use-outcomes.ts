import { describeError } from '@connected-accounts/client'
import type { Notice } from './context.js'
import type { Announcer } from './use-announcer.js'
import { type Disconnects, useDisconnects } from './use-disconnects.js'
import type { Flow } from './use-flow.js'
import type { Focus } from './use-focus.js'
import type { Lists } from './use-lists.js'
import { useNew } from './use-new.js'
import type { Words } from './use-words.js'

/** What tells the person of a change. */
export interface OutcomeTools {
  words: Words
  lists: Lists
  announce: Announcer['announce']
  focusOn: Focus['focusOn']
  setNotice: (notice: Notice | undefined) => void
}

/** Tells of the end of a flow: shows and announces it, and moves the focus to what it is about. */
export function useFlowOutcomes(flow: Flow, tools: OutcomeTools): void {
  const { words, lists, announce, focusOn, setNotice } = tools
  const { expectedId } = flow
  useNew([flow.connected], ({ id, connection }) => {
    const { name } = lists.show(connection)
    const isOther = expectedId !== undefined && expectedId !== id
    const text = words.text('otherAccount', { name })
    setNotice(isOther ? { kind: 'warning', text } : undefined)
    announce('connected', name)
    focusOn(...(isOther ? ['notice'] : [`account ${id}`]))
  })
  useNew([flow.error], (error) => {
    if (describeError(error, words.messages.errors) !== undefined) {
      focusOn(`failure ${expectedId ?? ''}`, 'failure ')
    } else {
      announce('cancelled', lists.show(flow.failedConnection ?? '').name)
      focusOn(`reconnect ${expectedId ?? ''}`, 'connect')
    }
  })
}

/** Disconnects accounts, and tells what has come of it. */
export function useToldDisconnects(undoMs: number, tools: OutcomeTools): Disconnects {
  const { words, lists, announce, focusOn, setNotice } = tools
  return useDisconnects(undoMs, {
    onDone({ connection }, { undone, revokeUrl }) {
      const { name, revokeUrl: href = revokeUrl } = lists.show(connection)
      announce(undone ? 'undone' : 'disconnected', name)
      if (undone) return
      const link = href === undefined ? undefined : { href, text: words.text('revoke', { name }) }
      setNotice({ kind: 'success', text: words.text('disconnected', { name }), link })
    },
    onFailed({ id }) {
      focusOn(`failure ${id}`, 'failure ')
    },
  })
}
