import { de } from '@connected-accounts/react/ui/messages/de'
import { es } from '@connected-accounts/react/ui/messages/es'
import { fr } from '@connected-accounts/react/ui/messages/fr'
import { ja } from '@connected-accounts/react/ui/messages/ja'
import { pt } from '@connected-accounts/react/ui/messages/pt'
import { expect, test } from 'vitest'

const languages = [de, es, fr, ja, pt].map((messages) => ({ ...messages, messages }))

/** The places of each text, such as `{name}`, by key. */
function placesOf(messages: object): Record<string, string[]> {
  const texts = Object.entries(messages).filter(
    ([key]) => !['errors', 'locale', 'messages'].includes(key),
  )
  return Object.fromEntries(
    texts.map(([key, text]) => {
      const form: unknown = Object(text).other ?? text
      return [key, String(form).match(/\{\w+\}/g) ?? []]
    }),
  )
}

test.for(languages)(
  '$locale has every text, with the places that the others have',
  ({ messages }) => {
    expect(placesOf(messages)).toEqual(placesOf(de))
    expect(Object.keys(messages.errors ?? {})).toEqual(Object.keys(de.errors ?? {}))
  },
)

test.for(languages)(
  '$locale has a text for each plural form that its language uses for whole numbers',
  ({ messages }) => {
    const rules = new Intl.PluralRules(messages.locale)
    const forms = new Set(Array.from({ length: 200 }, (_, count) => rules.select(count)))
    expect(Object.keys(messages.loaded).sort()).toEqual([...forms].sort())
  },
)
