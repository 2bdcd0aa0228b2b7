import { describeError } from '@connected-accounts/client'
import type { Lists } from '../lists/use-lists.js'
import type { Words } from '../messages/use-words.js'
import type { Focus } from '../page/use-focus.js'
import type { Message } from './types.js'
import type { Disconnects } from './use-disconnects.js'
import type { Flow } from './use-flow.js'

/** Where failures come from. */
export interface FailureSources {
  lists: Lists
  flow: Flow
  disconnects: Disconnects
  words: Words
  focusOn: Focus['focusOn']
}

interface Source {
  error: Error | null | undefined
  accountId: string
  retry: (() => void) | undefined
  forget?: () => void
}

/** Returns everything that is wrong now. What the person has cancelled is not among it. */
export function collectFailures(sources: FailureSources): Message[] {
  const { lists, flow, disconnects, words, focusOn } = sources
  const { accounts } = lists
  const about = accounts.find(({ id }) => id === flow.expectedId)?.id ?? ''
  const failures: Source[] = [
    { error: lists.error, accountId: '', retry: lists.reload },
    { error: flow.error, accountId: about, retry: flow.retry, forget: flow.forget },
    ...accounts.map((account) => ({
      error: disconnects.failures[account.id],
      accountId: account.id,
      retry() {
        disconnects.toggleDisconnect(account) // what failed cannot be undone, so it begins again
      },
      forget() {
        disconnects.forget(account.id)
      },
    })),
  ]
  return failures.flatMap(({ error, forget, ...failure }) => {
    const text = describeError(error, words.messages.errors)
    if (!error || text === undefined) return []
    const close = () => {
      forget?.()
      focusOn(`account ${failure.accountId}`, 'connect', 'title')
    }
    return [{ ...failure, kind: 'error', text, error, close: forget && close }]
  })
}
