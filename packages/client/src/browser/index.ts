export {
  type CompleteCallbackOptions,
  completeCallback,
  type HandleConnectCallbackOptions,
  handleConnectCallback,
} from './callback-page.js'
export { type DisconnectAccountOptions, disconnectAccount } from './disconnect.js'
export { type SeenCallback, seeCallback } from './pending-callback.js'
export { connectInPopup, type PopupCompletion, type PopupConnectOptions } from './popup.js'
export { currentPopup, isPhone, openPopup, type Popup } from './popup-window.js'
export { connectByRedirect, type PageConnectOptions } from './redirect.js'
export { type Identity, listenToOtherTabs } from './tabs.js'
export { getUndoable, subscribeToUndoable, type Undoable } from './undo.js'
