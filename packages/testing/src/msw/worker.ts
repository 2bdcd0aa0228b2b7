import { setupWorker } from 'msw/browser'

/**
 * Starts msw's worker in this page.
 *
 * @param handlers The handlers of an emulator: `emulator.handlers`.
 * @returns A function that stops the worker.
 */
export async function startWorker(
  handlers: Readonly<Parameters<typeof setupWorker>>,
): Promise<() => void> {
  const worker = setupWorker(...handlers)
  await worker.start({ quiet: true })
  return () => worker.stop()
}
