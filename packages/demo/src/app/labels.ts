const NAMES: Record<string, string> = { 'google-oauth2': 'Google', github: 'GitHub' }
const TONES = ['clay', 'sage', 'sky', 'plum', 'ochre'] as const

/** Returns the name of a connection for users: the name of a known provider, or else the connection's name as a title. */
export function connectionLabel(name: string): string {
  const known = NAMES[name]
  if (known) return known
  const words = name.split(/[-_\s]+/).filter(Boolean)
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ') || name
}

/** Returns the color of a connection's monogram. The same name always has the same color. */
export function connectionTone(name: string): (typeof TONES)[number] {
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0)
  return TONES[sum % TONES.length] ?? 'clay'
}

/** Returns the last characters of an ID, to distinguish accounts without a name. */
export function idTail(id: string): string {
  return `…${id.slice(-4)}`
}
