const NAMES: Record<string, string> = { 'google-oauth2': 'Google', github: 'GitHub' }
const TONES = ['clay', 'sage', 'sky', 'plum', 'ochre'] as const

/** Name of a connection for people: that of a known provider, else its own name as a title. */
export function connectionLabel(name: string): string {
  const known = NAMES[name]
  if (known) return known
  const words = name.split(/[-_\s]+/).filter(Boolean)
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ') || name
}

/** Colour of a connection's monogram, always the same for the same name. */
export function connectionTone(name: string): (typeof TONES)[number] {
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0)
  return TONES[sum % TONES.length] ?? 'clay'
}

/** The last characters of an id, which tell apart what has no other name. */
export function idTail(id: string): string {
  return `…${id.slice(-4)}`
}
