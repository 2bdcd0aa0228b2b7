import { useSyncExternalStore } from 'react'

/** The person's time zone. A server does not know it, so there, and until its page has come to life, it is UTC. */
export function useTimeZone(): string {
  return useSyncExternalStore(subscribe, timeZone, () => 'UTC')
}

const { timeZone: local } = new Intl.DateTimeFormat().resolvedOptions()
const timeZone = () => local
const subscribe = () => () => undefined
