import { describeError } from '@connected-accounts/client'
import { useNew } from '../page/use-new.js'
import type { OutcomeTools } from './outcome-tools.js'
import type { Flow } from './use-flow.js'

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
