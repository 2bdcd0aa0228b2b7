import { describeError } from '@connected-accounts/client'
import type { Disconnects } from './use-disconnects.js'
import type { Flow } from './use-flow.js'
import type { Focus } from './use-focus.js'
import type { Lists } from './use-lists.js'
import type { Words } from './use-words.js'

/** Something that went wrong, and the ways out. */
export interface Failure {
  error: Error
  /** What happened, for a person. */
  message: string
  /** Id of the listed account that it is about; an empty text if it is about none. */
  accountId: string
  retry: (() => void) | undefined
  close: (() => void) | undefined
}

/** Where failures come from. */
export interface FailureSources {
  lists: Lists
  flow: Flow
  disconnects: Disconnects
  words: Words
  focusOn: Focus['focusOn']
}

/** Returns everything that is wrong now. What the person has cancelled is not among it. */
export function collectFailures(sources: FailureSources): Failure[] {
  const { lists, flow, words, focusOn } = sources
  const place = lists.accounts.some(({ id }) => id === flow.expectedId) ? flow.expectedId : ''
  const failures = [
    { error: lists.error, accountId: '', retry: lists.reload, close: undefined },
    {
      error: flow.error,
      accountId: place ?? '',
      retry: flow.retry,
      close() {
        flow.forget()
        focusOn(`account ${place}`, 'connect', 'title')
      },
    },
    ...failedDisconnects(sources),
  ]
  return failures.flatMap((failure) => {
    const message = describeError(failure.error, words.messages.errors)
    return failure.error && message !== undefined
      ? [{ ...failure, error: failure.error, message }]
      : []
  })
}

function failedDisconnects({ lists, disconnects, focusOn }: FailureSources) {
  return lists.accounts.map((account) => ({
    error: disconnects.failures[account.id],
    accountId: account.id,
    retry: () => disconnects.disconnect(account),
    close() {
      disconnects.forget(account.id)
      focusOn(`account ${account.id}`)
    },
  }))
}
