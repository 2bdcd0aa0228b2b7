import { vi } from 'vitest'
import type * as popups from '../../src/browser/index.js'
import type * as root from '../../src/index.js'
import { createChannels } from './channels.js'
import { createLocks } from './locks.js'
import { type PageGlobals, runInPage } from './page-globals.js'

/** The package as one page has loaded it: no two pages of a trace share what its modules keep in memory. */
export type Code = typeof root & typeof popups

const copies: Promise<Code>[] = []

/** Loads the copy of the package with this number; the same number is the same copy. */
export function loadCode(number: number): Promise<Code> {
  copies[number] ??= loadCopy()
  return copies[number]
}

async function loadCopy(): Promise<Code> {
  vi.resetModules()
  return {
    ...(await import('../../src/index.js')),
    ...(await import('../../src/browser/index.js')),
  }
}

/** A tab or a popup window of a browser. */
export interface Tab {
  readonly name: string
  readonly browser: Browser
  readonly sessionStorage: Storage
  /** The page that is open; undefined while the tab is at the provider, or closed. */
  page: Page | undefined
}

/** A page of the application, from its load until it is reloaded, left or closed. */
export interface Page extends PageGlobals {
  readonly tab: Tab
  readonly url: string
  readonly code: Code
  isOpen(): boolean
  /** Whether a timer is due within this time, in milliseconds. */
  hasTimerWithin(ms: number): boolean
  /** Calls back the timers that are due. */
  fireTimers(): void
  /** Ends the page as a browser does: its script never goes on, and its locks are free. */
  unload(): void
}

/** What the windows of a page do, as the world sees them. */
export interface WindowEvents {
  /** A page has opened a popup, of which it can only say where to go. */
  open(opener: Page): { navigate(url: string): void; close(): void }
  /** A page has closed its own window. */
  close(page: Page): void
}

/** A browser: its tabs share storage, locks and channels. */
export interface Browser {
  readonly localStorage: Storage
  openTab(name: string): Tab
  /** Loads a page in a tab, after unloading the one before. */
  load(tab: Tab, url: string, code: Code): Page
}

/** Creates a browser with empty storage. */
export function createBrowser(events: WindowEvents): Browser {
  const localStorage = createStorage()
  const locks = createLocks<Page>()
  const channels = createChannels<Page>(runInPage)
  const browser: Browser = {
    localStorage,
    openTab: (name) => ({ name, browser, sessionStorage: createStorage(), page: undefined }),
    load(tab, url, code) {
      tab.page?.unload()
      let isOpen = true
      const timers = createTimers((callback) => runInPage(page, callback))
      const page: Page = {
        tab,
        url,
        code,
        navigator: { locks: { request: locks.requestOf(() => page) }, onLine: true },
        sessionStorage: tab.sessionStorage,
        localStorage,
        window: windowOf(url, () => page, events),
        BroadcastChannel: channels.classOf(() => page),
        setTimeout: timers.set,
        clearTimeout: timers.clear,
        isOpen: () => isOpen,
        hasTimerWithin: timers.hasWithin,
        fireTimers: timers.fire,
        unload() {
          isOpen = false
          if (tab.page === page) tab.page = undefined
          timers.clearAll()
          channels.forget(page)
          locks.release(page)
        },
      }
      tab.page = page
      return page
    },
  }
  return browser
}

function createTimers(run: (callback: () => void) => void) {
  const timers = new Map<number, { due: number; callback: () => void }>()
  let last = 0
  return {
    set(callback: (...args: unknown[]) => void, ms = 0) {
      last += 1
      timers.set(last, { due: Date.now() + ms, callback })
      return last
    },
    clear: (timer: number) => void timers.delete(timer),
    clearAll: () => timers.clear(),
    hasWithin: (ms: number) => [...timers.values()].some(({ due }) => due <= Date.now() + ms),
    fire() {
      const due = [...timers].filter(([, timer]) => timer.due <= Date.now())
      for (const [id, { callback }] of due.sort(([, a], [, b]) => a.due - b.due)) {
        if (timers.delete(id)) run(callback)
      }
    },
  }
}

/** As much of a window as the package uses. */
function windowOf(url: string, page: () => Page, events: WindowEvents): object {
  const { href, origin, pathname, search, hash } = new URL(url)
  const window = {
    origin,
    location: { href, origin, pathname, search, hash },
    screenX: 0,
    screenY: 0,
    outerWidth: 0,
    outerHeight: 0,
    open() {
      const { navigate, close } = events.open(page())
      return { opener: window, location: { replace: navigate }, close }
    },
    close: () => events.close(page()),
  }
  return Object.assign(window, { top: window })
}

/** Creates a web storage in memory, whose own keys are those of its entries, as in a browser. */
function createStorage(): Storage {
  const entries: Record<string, string> = Object.create({
    getItem: (key: string) => entries[key] ?? null,
    setItem(key: string, value: string) {
      entries[key] = String(value)
    },
    removeItem(key: string) {
      delete entries[key]
    },
    key: (index: number) => Object.keys(entries)[index] ?? null,
    clear() {
      for (const key of Object.keys(entries)) delete entries[key]
    },
    get length() {
      return Object.keys(entries).length
    },
  })
  return entries as unknown as Storage // its prototype has the methods
}
