import { createConnectedAccountsClient } from '@connected-accounts/client'
import { fromNextjsAuth0 } from '@connected-accounts/client/nextjs-auth0'

export const client = createConnectedAccountsClient(fromNextjsAuth0('/base/me/v1'))
