const CALENDAR = 'https://www.googleapis.com/auth/calendar'

const WORDS: Record<string, string> = {
  [CALENDAR]: 'Read and change calendars',
  [`${CALENDAR}.readonly`]: 'Read calendars',
  [`${CALENDAR}.events`]: 'Read and change events',
  [`${CALENDAR}.events.readonly`]: 'Read events',
  repo: 'Read and change repositories',
  'read:user': 'Read profile',
  'user:email': 'See email address',
  openid: 'Know who you are',
  profile: 'See name and picture',
  email: 'See email address',
  offline_access: 'Work while you are away',
}

/** Scopes of every login, which say least about what is special here. */
const COMMON = ['email', 'profile', 'openid', 'offline_access']

/** A scope in words, as far as it is known or can be read: `https://…/auth/drive.file` is "Drive file". */
export function scopeWords(scope: string): string {
  const known = WORDS[scope]
  if (known) return known
  const tail = scope.split('/').filter(Boolean).at(-1) ?? scope
  const words = tail.replaceAll(/[._:-]+/g, ' ').trim() || scope
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Scopes with those that say most first. */
export function sortScopes(scopes: readonly string[]): string[] {
  return [...scopes].sort((one, other) => COMMON.indexOf(one) - COMMON.indexOf(other))
}
