import { fileURLToPath } from 'node:url'
import type { BrowserCommandContext } from 'vitest/node'
import type * as node from './commands-in-node.js'

/** What tests of the client in the browser have Node do: each runs the function of `commands-in-node.ts` that has its name. */
export const commands = {
  startRotatingEmulator: async (context: BrowserCommandContext) =>
    (await load(context)).startRotatingEmulator(),
  stopRotatingEmulator: async (context: BrowserCommandContext, url: string) =>
    (await load(context)).stopRotatingEmulator(url),
}

/** Loaded with the project's own conditions, so that the emulator is its source and needs no build. */
function load({ project }: BrowserCommandContext): Promise<typeof node> {
  const path = fileURLToPath(new URL('./commands-in-node.ts', import.meta.url))
  return project.import<typeof node>(path)
}

declare module 'vitest/browser' {
  interface BrowserCommands {
    startRotatingEmulator: typeof node.startRotatingEmulator
    stopRotatingEmulator: typeof node.stopRotatingEmulator
  }
}
