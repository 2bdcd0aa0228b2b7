import { ConnectFlowError } from '../errors/connect-flow-error.js'

/** The popup of this page, which has one at a time. */
export interface Popup {
  /** Who opened it. */
  readonly user: string | undefined
  /** Whether it still waits for its flow to start. */
  readonly isStarting: boolean
  /** Gives its flow up, whose error is then `cancelled`, and closes the window where it can be reached. */
  cancel(): void
}

/** A popup, and what only its flow may know. */
export interface FlowPopup extends Popup {
  /** Null where the browser blocked it. */
  readonly window: Window | null
  readonly giveUp: AbortController
  /** Whether a flow has it already. */
  isTaken: boolean
  isStarting: boolean
}

const WIDTH = 500
const HEIGHT = 700

let popup: FlowPopup | undefined

/** The popup of this page, until its flow is over. */
export function currentPopup(): Popup | undefined {
  return popup
}

/**
 * Opens an empty popup for the next `connectInPopup`, and gives a former one up. For where a flow starts later than in the
 * click, as a browser blocks a window that is opened after it; `connectInPopup` opens one by itself.
 */
export function openPopup(user?: string): Popup {
  return openFlowPopup(user)
}

/** The popup that was opened for a flow that starts now, or else a new one. */
export function popupToStart(user: string | undefined): FlowPopup {
  const taken = popup && !popup.isTaken ? popup : openFlowPopup(user)
  taken.isTaken = true
  return taken
}

/** Closes a popup whose flow is over. It may be closed already, and may not be reached any longer. */
export function closePopup(closing: FlowPopup): void {
  closing.window?.close()
  if (popup === closing) popup = undefined
}

/** What is thrown where a popup could not be opened. */
export function popupBlocked(connection: string): ConnectFlowError {
  return isInThirdPartyIframe()
    ? new ConnectFlowError('third_party_iframe', {
        connection,
        message:
          "This page is inside another site's, where the browser keeps its storage apart from a popup's: connect in a tab of its own.",
      })
    : new ConnectFlowError('popup_blocked', {
        connection,
        message: 'The browser did not open the window: connect in a click, or allow popups.',
      })
}

/** Whether this is a phone, where a popup is a tab in the way; false where there is no browser. */
export function isPhone(): boolean {
  if (typeof navigator === 'undefined') return false
  // TypeScript does not know the User-Agent Client Hints, and not every browser has them.
  const { userAgentData } = navigator as { userAgentData?: { mobile: boolean } }
  return userAgentData?.mobile ?? /Mobi/.test(navigator.userAgent)
}

function openFlowPopup(user: string | undefined): FlowPopup {
  popup?.cancel()
  const left = window.screenX + (window.outerWidth - WIDTH) / 2
  const top = window.screenY + (window.outerHeight - HEIGHT) / 2
  const features = `popup,width=${WIDTH},height=${HEIGHT},left=${left},top=${top}`
  const opened: FlowPopup = {
    user,
    window: isInThirdPartyIframe() ? null : window.open('', '_blank', features),
    giveUp: new AbortController(),
    isTaken: false,
    isStarting: true,
    cancel() {
      const message = 'The flow was given up before it came back.'
      opened.giveUp.abort(new ConnectFlowError('cancelled', { message }))
      closePopup(opened)
    },
  }
  popup = opened
  return opened
}

/** Whether a page of another origin is around this one. */
function isInThirdPartyIframe(): boolean {
  try {
    return window.top?.origin !== window.origin
  } catch {
    return true
  }
}
