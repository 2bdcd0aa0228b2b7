import type {} from '@connected-accounts/testing/application/window'

const main = document.querySelector('main')

/** Adds a button that shows what it gave, unless it left the page. */
export function addButton(name: string, run: () => Promise<unknown>): void {
  const button = document.createElement('button')
  button.textContent = name
  button.addEventListener('click', () => show(run()))
  main?.append(button)
}

/** Shows what a promise came to. */
export async function show(result: Promise<unknown>): Promise<void> {
  main?.querySelector('output')?.remove()
  const outcome = await result.then(
    (value) => ({ value: value ?? null }),
    (error: Error) => ({ error: { ...error, message: error.message } }),
  )
  const output = document.createElement('output')
  output.textContent = JSON.stringify(outcome)
  main?.append(output)
}
