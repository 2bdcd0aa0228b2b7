import { useSyncExternalStore } from 'react'

/** Returns the user's time zone. On a server, and until the page is hydrated, it returns UTC, because a server does not know it. */
export function useTimeZone(): string {
  return useSyncExternalStore(subscribe, timeZone, () => 'UTC')
}

const { timeZone: local } = new Intl.DateTimeFormat().resolvedOptions()
const timeZone = () => local
const subscribe = () => () => undefined
