import { ConnectFlowError } from '../errors/connect-flow-error.js'

/** A popup window that waits for its flow. {@link openPopup} returns one. */
export interface Popup {
  /** Shows a URL in the window. `connectInPopup` calls it. */
  navigate(url: string): void
  /**
   * Closes the window while it shows a page of yours. Once it shows the provider's page, only that page and the user can close
   * it, because the window does not know its opener.
   */
  close(): void
}

const WIDTH = 500
const HEIGHT = 700

/**
 * Opens a blank popup. Call it in the click handler if you must await something before `connectInPopup`, because browsers
 * block a window that is opened later. Otherwise `connectInPopup` opens one itself.
 *
 * @returns The popup to pass to `connectInPopup`; undefined if the browser blocked it, if this page is in an iframe of
 * another site, or if the runtime has no windows or no BroadcastChannel, such as jsdom.
 *
 * @example
 * ```ts
 * const popup = openPopup() // in the click
 * const user = await currentUser()
 * await connectInPopup(client, { popup, connection: 'github', user })
 * ```
 */
export function openPopup(): Popup | undefined {
  if (isInThirdPartyIframe() || typeof BroadcastChannel === 'undefined') return undefined
  const left = window.screenX + (window.outerWidth - WIDTH) / 2
  const top = window.screenY + (window.outerHeight - HEIGHT) / 2
  const features = `popup,width=${WIDTH},height=${HEIGHT},left=${left},top=${top}`
  const opened = window.open?.('', '_blank', features)
  if (!opened) return undefined
  opened.opener = null // otherwise the provider's page could navigate this one
  return {
    navigate: (url) => opened.location.replace(url),
    close: () => opened.close(),
  }
}

/** Creates the error for a popup that could not be opened. Its message says why. @internal */
export function popupBlocked(connection: string): ConnectFlowError {
  if (isInThirdPartyIframe()) {
    return new ConnectFlowError('third_party_iframe', {
      connection,
      message:
        'This page is in an iframe of another site, where the browser separates its storage from that of a popup. Open the page in a tab and connect there.',
    })
  }
  return new ConnectFlowError('popup_blocked', {
    connection,
    message:
      'The browser blocked the popup. Call connectInPopup or openPopup in a click handler before any await, or ask the user to allow popups. ' +
      'jsdom and React Native have no popups.',
  })
}

/**
 * Returns true on a phone. Use a redirect there, because a phone opens a popup as another tab. Returns false on a server.
 *
 * @example
 * ```ts
 * if (isPhone()) await connectByRedirect(client, { connection: 'github', user: user.sub })
 * else await connectInPopup(client, { connection: 'github', user: user.sub })
 * ```
 */
export function isPhone(): boolean {
  if (typeof navigator === 'undefined') return false
  // TypeScript does not know the User-Agent Client Hints, and not every browser has them.
  const { userAgentData } = navigator as { userAgentData?: { mobile: boolean } }
  return userAgentData?.mobile ?? /Mobi/.test(navigator.userAgent)
}

/** Returns true if a page of another origin is around this one. */
function isInThirdPartyIframe(): boolean {
  try {
    return window.top?.origin !== window.origin
  } catch {
    return true
  }
}
