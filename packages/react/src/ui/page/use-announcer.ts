import { useEffect, useRef, useState } from 'react'
import { fillPlural } from '../messages/text.js'
import type { TextKey, Words } from '../messages/use-words.js'
import type { RootState } from '../state/types.js'

/** Tells people who use a screen reader what has changed. */
export interface Announcer {
  /** The words of the live region. */
  announcement: string
  /** @param name - The name of the provider that it is about. */
  announce: (key: TextKey, name: string) => void
}

/** Announces what it is told, and that the list has been loaded. */
export function useAnnouncer(
  { messages, text }: Words,
  state: RootState,
  accounts: number,
): Announcer {
  const [announcement, setAnnouncement] = useState('')
  const wasLoading = useRef(false)

  useEffect(() => {
    if (state === 'loading') setAnnouncement(messages.loading)
    else if (state === 'offline') setAnnouncement(messages.offline)
    else if (wasLoading.current && state !== 'error') {
      const loaded = fillPlural(messages.loaded, accounts, messages.locale)
      setAnnouncement(accounts > 0 ? loaded : messages.empty)
    }
    wasLoading.current = state === 'loading' || state === 'offline' || state === 'error'
  }, [state, accounts, messages])

  return {
    announcement,
    announce(key, name) {
      const next = text(key, { name })
      // A live region that gets the same words again stays silent.
      setAnnouncement((last) => (last === next ? `${next}\u00A0` : next))
    },
  }
}
