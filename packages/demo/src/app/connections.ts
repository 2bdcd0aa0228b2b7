import { defineConnections, localStorageAccountLabels } from '@connected-accounts/client'
import { github, google } from '@connected-accounts/client/catalogue'

/** The connections of the demo, under the names that the emulator's tenant gives them. Add those of your own tenant. */
export const connections = defineConnections({
  calendar: {
    provider: google,
    scopes: ['email', 'https://www.googleapis.com/auth/calendar.readonly'],
  },
  code: { provider: github },
  acme: { connection: 'acme', label: 'Acme' }, // it is in no catalogue, so it has a monogram in place of a logo
})

/** Keeps the names that people give their accounts. */
export const accountLabels = localStorageAccountLabels()
