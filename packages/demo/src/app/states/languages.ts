import type { ConnectedAccountsMessages } from '@connected-accounts/react/ui'
import { de } from '@connected-accounts/react/ui/messages/de'
import { es } from '@connected-accounts/react/ui/messages/es'
import { fr } from '@connected-accounts/react/ui/messages/fr'
import { ja } from '@connected-accounts/react/ui/messages/ja'
import { pt } from '@connected-accounts/react/ui/messages/pt'

interface Language {
  name: string
  messages: Partial<ConnectedAccountsMessages>
}

/** The languages of the component, by tag. */
export const LANGUAGES: Record<string, Language> = {
  en: { name: 'English', messages: {} },
  de: { name: 'Deutsch', messages: de },
  es: { name: 'Español', messages: es },
  fr: { name: 'Français', messages: fr },
  ja: { name: '日本語', messages: ja },
  pt: { name: 'Português', messages: pt },
}

/** The directions of text, by their value in HTML. No language of the component is written from right to left yet. */
export const DIRECTIONS = { ltr: 'Left to right', rtl: 'Right to left' }

/** What a page of states shows: `?show=menu&lang=de&dir=rtl`. */
export interface View {
  show: string
  lang: string
  dir: string
}

/** Reads from the address what to show. */
export function readView(search: string): View {
  const { show = '', lang = '', dir = '' } = Object.fromEntries(new URLSearchParams(search))
  return { show, lang: lang in LANGUAGES ? lang : 'en', dir: dir in DIRECTIONS ? dir : 'ltr' }
}

/** Returns the query for a view. */
export function viewQuery({ show, lang, dir }: View): string {
  return `?${new URLSearchParams({ ...(show && { show }), lang, dir })}`
}
