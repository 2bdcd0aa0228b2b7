import type { Flow, State } from './states.js'

/** What the application that shows a state lends to the stage. */
export interface StageTools {
  setOnline: (isOnline: boolean) => void
  /** Starts a flow as the application would, and returns its `state`. */
  startFlow: (flow: Flow) => Promise<string>
}

/** Puts the page into the situation of a state, before anything is rendered. */
export async function setStage(state: State, { setOnline, startFlow }: StageTools): Promise<void> {
  // A window that never comes back.
  window.open = () => ({ close() {}, location: { replace() {} } }) as unknown as Window // as little as the client uses
  if (state.flow) {
    const params = new URLSearchParams(window.location.search)
    params.set(...resultOf(state.flow))
    params.set('state', await startFlow(state.flow))
    window.history.replaceState(null, '', `?${params}`)
  }
  if (state.offline === 'from the start') setOnline(false)
}

function resultOf({ completes }: Flow): [name: string, value: string] {
  return completes ? ['connect_code', 'a-code'] : ['error', 'access_denied']
}

/** Does what the person has done in a state, after the component is rendered. */
export async function play(state: State, { setOnline }: Pick<StageTools, 'setOnline'>) {
  for (const button of state.press ?? []) (await appearing(button)).click()
  if (state.offline !== 'loaded') return
  await appearing('[data-part="item"]')
  setOnline(false)
}

/** Waits until an element is there. */
function appearing(selector: string): Promise<HTMLElement> {
  return new Promise((resolve) => {
    const look = () => {
      const element = document.querySelector<HTMLElement>(selector)
      if (element) resolve(element)
      else requestAnimationFrame(look)
    }
    look()
  })
}
