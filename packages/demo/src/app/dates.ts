const LOCALE = 'en-GB'

/** Returns the parts of an event's day: the weekday "Sun", the day "22", and the whole day "Sunday 22 November". */
export function dayParts(
  iso: string,
  timeZone: string,
): { weekday: string; day: string; whole: string } {
  return {
    weekday: format(iso, { weekday: 'short', timeZone }),
    day: format(iso, { day: 'numeric', timeZone }),
    whole: format(iso, { weekday: 'long', day: 'numeric', month: 'long', timeZone }),
  }
}

/** Returns a range of times, "09:30–10:15", or "All day" if the dates have no time. */
export function timeRange(start: string, end: string, timeZone: string): string {
  if (!start.includes('T')) return 'All day'
  return [start, end].map((time) => format(time, { timeStyle: 'short', timeZone })).join('–')
}

function format(iso: string, options: Intl.DateTimeFormatOptions): string {
  // A date without a time is the same day in every time zone.
  const zone = iso.includes('T') ? options : { ...options, timeZone: 'UTC' }
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? iso : new Intl.DateTimeFormat(LOCALE, zone).format(date)
}
