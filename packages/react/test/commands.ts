import { fileURLToPath } from 'node:url'
import type { BrowserCommandContext } from 'vitest/node'
import type * as emulator from './emulator.js'

/** What tests in the browser have Node do: each runs the function of `emulator.ts` that has its name. */
export const commands = {
  startEmulator: async (context: BrowserCommandContext) => (await load(context)).startEmulator(),
  stopEmulator: async (context: BrowserCommandContext, url: string) =>
    (await load(context)).stopEmulator(url),
  visitProvider: async (
    context: BrowserCommandContext,
    ...given: Parameters<typeof emulator.visitProvider>
  ) => (await load(context)).visitProvider(...given),
}

/** Loaded with the project's own conditions, so that the emulator is its source and needs no build. */
function load({ project }: BrowserCommandContext): Promise<typeof emulator> {
  return project.import<typeof emulator>(fileURLToPath(new URL('./emulator.ts', import.meta.url)))
}

declare module 'vitest/browser' {
  interface BrowserCommands {
    startEmulator: typeof emulator.startEmulator
    stopEmulator: typeof emulator.stopEmulator
    visitProvider: typeof emulator.visitProvider
  }
}
