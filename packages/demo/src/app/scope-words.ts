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

/** The scopes of every login. They are the least informative ones. */
const COMMON = ['email', 'profile', 'openid', 'offline_access']

/** Returns a scope in words. For an unknown scope it uses the last part of its name: `https://…/auth/drive.file` is "Drive file". */
export function scopeWords(scope: string): string {
  const known = WORDS[scope]
  if (known) return known
  const tail = scope.split('/').filter(Boolean).at(-1) ?? scope
  const words = tail.replaceAll(/[._:-]+/g, ' ').trim() || scope
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Sorts scopes. The most informative ones are first. */
export function sortScopes(scopes: readonly string[]): string[] {
  return [...scopes].sort((one, other) => COMMON.indexOf(one) - COMMON.indexOf(other))
}
