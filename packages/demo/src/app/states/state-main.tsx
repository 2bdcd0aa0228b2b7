import { play, setStage } from '@connected-accounts/testing/component/stage'
import { states } from '@connected-accounts/testing/component/states'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { readView } from './languages.js'
import { createStage, StagedComponent } from './StagedComponent.js'
import '../styles/index.css'

const view = readView(location.search)
const state = states[view.show]
const root = document.getElementById('root')
if (!root) throw new Error('The page has no #root.')
if (state) await show()
else root.textContent = `There is no state “${view.show}”.`

async function show(): Promise<void> {
  if (!root || !state) return
  document.title = state.title
  document.documentElement.dir = view.dir
  document.body.classList.add('state-page')
  const stage = createStage(state)
  await setStage(state, stage.tools)
  if (window.parent !== window) leaveFocus()
  createRoot(root).render(
    <StrictMode>
      <StagedComponent {...{ state, stage }} lang={view.lang} />
    </StrictMode>,
  )
  await play(state, stage.tools)
}

/** Leaves the focus with the page that has this one in a frame, until the person uses this one. */
function leaveFocus(): void {
  const { focus } = HTMLElement.prototype
  const takeFocus = () => {
    HTMLElement.prototype.focus = focus
  }
  HTMLElement.prototype.focus = () => undefined
  for (const event of ['pointerdown', 'keydown']) {
    window.addEventListener(event, takeFocus, { capture: true, once: true })
  }
}
