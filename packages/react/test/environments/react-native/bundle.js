// All that an app can import, apart from what needs a page.
import * as client from '@connected-accounts/client'
import * as browser from '@connected-accounts/client/browser'
import * as dpop from '@connected-accounts/client/dpop'
import * as tokens from '@connected-accounts/client/tokens'
import * as react from '@connected-accounts/react'

globalThis.used = { client, browser, dpop, tokens, react }
