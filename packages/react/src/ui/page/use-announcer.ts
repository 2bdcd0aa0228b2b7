import { type RefObject, useEffect, useRef } from 'react'
import { fillPlural } from '../messages/text.js'
import type { TextKey, Words } from '../messages/use-words.js'
import type { RootState } from '../state/types.js'

/** Tells people who use a screen reader what has changed. */
export interface Announcer {
  /** The live region. React renders no text in it, because `announce` writes there. */
  region: RefObject<HTMLParagraphElement | null>
  /**
   * @param name - The name of the provider that it is about.
   * @param more - What else is said.
   */
  announce: (key: TextKey, name: string, more?: string) => void
}

/** Announces what it is told, and that the list has been loaded. */
export function useAnnouncer(
  { messages, text }: Words,
  state: RootState,
  accounts: number,
): Announcer {
  const region = useRef<HTMLParagraphElement>(null)
  const wasLoading = useRef(false)

  useEffect(() => {
    const isWaiting = state === 'loading' || state === 'offline'
    if (isWaiting) say(region.current, messages[state])
    else if (wasLoading.current && state !== 'error') {
      const loaded = fillPlural(messages.loaded, accounts, messages.locale)
      say(region.current, accounts > 0 ? loaded : messages.empty)
    }
    wasLoading.current = isWaiting || state === 'error'
  }, [state, accounts, messages])

  return {
    region,
    announce(key, name, more = '') {
      const next = `${text(key, { name })} ${more}`.trim()
      // A live region that gets the same words again stays silent.
      say(region.current, region.current?.textContent === next ? `${next}\u00A0` : next)
    },
  }
}

function say(region: HTMLElement | null, words: string): void {
  if (region && region.textContent !== words) region.textContent = words
}
