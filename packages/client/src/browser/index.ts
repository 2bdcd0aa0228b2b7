export {
  type CompleteConnectInPageOptions,
  completeConnectInPage,
  type HandleConnectCallbackOptions,
  handleConnectCallback,
} from './callback-page.js'
export { type DisconnectAccountOptions, disconnectAccount } from './disconnect.js'
export { type AccountEventsOptions, subscribeToAccountEvents } from './events/account-events.js'
export { canRetryCallback, getPendingCallback, type PendingCallback } from './pending-callback.js'
export { cancelFlow, connectInPopup, type PopupConnectOptions } from './popup.js'
export { isPhone, openPopup, type Popup } from './popup-window.js'
export {
  connectByRedirect,
  type PageConnectOptions,
  type RedirectConnectOptions,
} from './redirect.js'
export { connectInSession, type OpenUrl, type SessionConnectOptions } from './session.js'
export { type AccountsIdentity, listenToOtherTabs } from './tabs.js'
export { getUndoable, subscribeToUndoable, type Undoable } from './undo.js'
