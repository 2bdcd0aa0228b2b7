import { useSyncExternalStore } from 'react'
import { useRoot } from '../state/context.js'

/**
 * Returns a date in words. On a server, and until the page is hydrated, it is the date in UTC, because a server does not know
 * the person's time zone.
 *
 * @param withTime - True to add the time of day.
 */
export function useDate(iso: string | undefined, withTime = false): string {
  const { locale } = useRoot().messages
  const timeZone = useSyncExternalStore(subscribe, ownZone, () => 'UTC')
  if (iso === undefined) return ''
  return new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: withTime ? 'short' : undefined,
    timeZone,
  }).format(new Date(iso))
}

const subscribe = () => () => undefined
const ownZone = () => undefined
