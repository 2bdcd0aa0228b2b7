import type { Lists } from '../lists/use-lists.js'
import type { Words } from '../messages/use-words.js'
import type { Announcer } from '../page/use-announcer.js'
import type { Focus } from '../page/use-focus.js'
import type { Notice } from './types.js'

/** What tells the person of a change. */
export interface OutcomeTools {
  words: Words
  lists: Lists
  announce: Announcer['announce']
  focusOn: Focus['focusOn']
  setNotice: (notice: Notice | undefined) => void
}
