// A CommonJS module that imports the packages statically.

import { createConnectedAccountsClient } from '@connected-accounts/client'
import { createDpop } from '@connected-accounts/client/dpop'
import { ServerClient } from '@connected-accounts/server'

const client = createConnectedAccountsClient({ domain: 'd', accessToken: 'a-token' })
const baseUrl: string = client.baseUrl
// @ts-expect-error a number is no key pair
createDpop({ keyPair: 42 })

export { baseUrl, ServerClient }
