import type { Page } from 'playwright-core'

/** Keeps the scripts of a page away from it, as a slow network does. Returns a function that lets them through. */
export async function holdScripts(page: Page): Promise<() => void> {
  let letThrough = () => {}
  const through = new Promise<void>((resolve) => {
    letThrough = resolve
  })
  await page.route(
    ({ pathname }) => pathname.endsWith('.js'),
    async (route) => {
      await through
      await route.continue()
    },
  )
  return letThrough
}
