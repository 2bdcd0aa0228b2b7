import {
  cancelFlow,
  completeConnectInPage,
  connectByRedirect,
  connectInPopup,
  getPendingCallback,
  handleConnectCallback,
  listenToOtherTabs,
} from '../../src/browser/index.js'
import { createConnectedAccountsClient } from '../../src/index.js'
import { addButton, show } from './shown.js'

declare global {
  interface Window {
    /** Where the emulator is, and Alice's token; a test gives it to every page. */
    tenant: { domain: string; accessToken: string }
  }
}

// An application with popups, without a framework; its callback page is itself.
const client = createConnectedAccountsClient(window.tenant)
const user = 'auth0|alice'
const connection = 'google-oauth2'
const flow = { connection, user, appState: { step: 2 }, reconnectAccountId: 'cac_1' }

/** Shows nothing: what these buttons do is shown by the popup's own. */
const nothing = new Promise(() => {})

function start() {
  let abort = new AbortController()
  addButton('Popup', () => {
    abort = new AbortController()
    return connectInPopup(client, { ...flow, signal: abort.signal })
  })
  addButton('Popup of a connection that is not there', () =>
    connectInPopup(client, { ...flow, connection: 'not-there' }),
  )
  addButton('Cancel', () => {
    cancelFlow(abort)
    return nothing
  })
  addButton('Abort', () => {
    abort.abort(new Error('aborted by the page'))
    return nothing
  })
  addButton('Redirect', () => connectByRedirect(client, flow))
  listenToOtherTabs({ client, user }, (told) => {
    document.title = `told of ${told}`
  })
  const callback = getPendingCallback()
  if (!callback) return
  callback.clear()
  show(completeConnectInPage(client, { callbackUrl: callback.url, user }))
}

handleConnectCallback({ client }).then((isPopup) => {
  if (!isPopup) start()
})
