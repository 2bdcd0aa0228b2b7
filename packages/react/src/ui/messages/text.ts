import type { PluralText } from './messages.js'

/** Puts values into the places of a text: `{name}` becomes `values.name`. */
export function fill(text: string, values: Record<string, string> = {}): string {
  return text.replace(/\{(\w+)\}/g, (place, key: string) => values[key] ?? place)
}

/** Returns the text for a number. */
export function fillPlural(text: PluralText, count: number, locale: string): string {
  const form = new Intl.PluralRules(locale).select(count)
  return fill(text[form] ?? text.other, { count: new Intl.NumberFormat(locale).format(count) })
}
