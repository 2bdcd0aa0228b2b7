/** Path, query and fragment of the page that the person is on. */
export function currentPage(): string {
  const { pathname, search, hash } = window.location
  return pathname + search + hash
}

/**
 * Sends the browser to another page. Resolves only if this page goes on nevertheless: the person stopped the navigation,
 * or came back to it out of the back/forward cache.
 */
export function leavePage(url: string): Promise<void> {
  return new Promise((resolve) => {
    const listening = new AbortController()
    const { signal } = listening
    const stay = () => {
      listening.abort()
      resolve()
    }
    // TypeScript 5.9 does not know the Navigation API, and not every browser has it.
    const { navigation } = window as { navigation?: EventTarget }
    navigation?.addEventListener('navigateerror', stay, { signal })
    window.addEventListener('pageshow', ({ persisted }) => persisted && stay(), { signal })
    window.location.assign(url)
  })
}
