import { useMemo, useSyncExternalStore } from 'react'
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
  // To create a format takes long, and there may be a thousand rows.
  return useMemo(() => {
    if (iso === undefined) return ''
    const timeStyle = withTime ? 'short' : undefined
    const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle, timeZone })
    return format.format(new Date(iso))
  }, [iso, withTime, locale, timeZone])
}

const subscribe = () => () => undefined
const ownZone = () => undefined
