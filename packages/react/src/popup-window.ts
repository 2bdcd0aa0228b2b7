import { ConnectFlowError } from '@connected-accounts/client'

/** The window of a flow, and what gives that flow up. */
export interface Popup {
  /** Who opened it. */
  user: string | undefined
  /** Null where the browser blocked it. */
  window: Window | null
  giveUp: AbortController
  /** Whether the window still waits for the flow to start. */
  isStarting: boolean
}

const WIDTH = 500
const HEIGHT = 700

let popup: Popup | undefined

/** The popup of this page, which has one at a time, until its flow is over. */
export function currentPopup(): Popup | undefined {
  return popup
}

/** Opens a popup, in place of a former one. To be called in the click, as a browser blocks it otherwise. */
export function openPopup(user: string | undefined): Popup {
  cancelPopup()
  const left = window.screenX + (window.outerWidth - WIDTH) / 2
  const top = window.screenY + (window.outerHeight - HEIGHT) / 2
  const features = `popup,width=${WIDTH},height=${HEIGHT},left=${left},top=${top}`
  const opened = isInThirdPartyIframe() ? null : window.open('', '_blank', features)
  popup = { user, window: opened, giveUp: new AbortController(), isStarting: true }
  return popup
}

/** Gives up the flow of this page's popup, if there is one. */
export function cancelPopup(): void {
  popup?.giveUp.abort(
    new ConnectFlowError('cancelled', { message: 'The flow was given up before it came back.' }),
  )
  popup = undefined
}

/** Closes a popup whose flow is over. It may be closed already, and may not be reached any longer. */
export function closePopup(closing: Popup): void {
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
        message: 'The browser did not open the window: call connect() in a click, or allow popups.',
      })
}

/** Whether this is a phone, where a popup is a tab in the way. */
export function isPhone(): boolean {
  // TypeScript does not know the User-Agent Client Hints, and not every browser has them.
  const { userAgentData } = navigator as { userAgentData?: { mobile: boolean } }
  return userAgentData?.mobile ?? /Mobi/.test(navigator.userAgent)
}

/** Whether a page of another origin is around this one. */
export function isInThirdPartyIframe(): boolean {
  try {
    return window.top?.origin !== window.origin
  } catch {
    return true
  }
}
