import { useMemo } from 'react'
import { en } from './en.js'
import type { ConnectedAccountsMessages } from './messages.js'
import { fill } from './text.js'

/** The texts of the component. */
export interface Words {
  messages: ConnectedAccountsMessages
  /** Returns a text with its places filled in. */
  text: (key: TextKey, values?: Record<string, string>) => string
  /** Returns names as the language lists them, like `Mail, Calendar, and Notes`. */
  list: (names: readonly string[]) => string
}

/** The keys of the messages that are plain texts. */
export type TextKey = {
  [Key in keyof ConnectedAccountsMessages]-?: ConnectedAccountsMessages[Key] extends string
    ? Key
    : never
}[keyof ConnectedAccountsMessages]

/** Returns the English texts, with those of the application in their place. */
export function useWords(own: Partial<ConnectedAccountsMessages> | undefined): Words {
  const messages = useMemo(() => ({ ...en, ...own }), [own])
  return {
    messages,
    text: (key, values) => fill(messages[key], values),
    list: (names) => new Intl.ListFormat(messages.locale).format(names),
  }
}
