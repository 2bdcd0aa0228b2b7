import { setupWorker } from 'msw/browser'
import { createEmulator, type MswEmulator, type MswEmulatorOptions } from '../src/msw.js'

/** Starts an emulator that answers what this page sends, by msw's worker. */
export async function startWorker(
  options?: MswEmulatorOptions,
): Promise<{ emulator: MswEmulator; stop(): void }> {
  const emulator = await createEmulator(options)
  const worker = setupWorker(...emulator.handlers)
  await worker.start({ quiet: true })
  return { emulator, stop: () => worker.stop() }
}
