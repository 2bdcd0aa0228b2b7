import { type ReactNode, StrictMode, useEffect } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { App } from './App.js'
import { Home } from './Home.js'
import { type RenderedState, renderedSession } from './rendered-session.js'
import './styles/index.css'

const [root, text] = ['root', 'state'].map((id) => document.getElementById(id))
if (!root || !text) throw new Error('The page has no #root or no #state.')
const state: RenderedState = JSON.parse(text.textContent)
hydrateRoot(
  root,
  <StrictMode>
    <Awake root={root}>
      <App session={renderedSession(state)} Page={Home} queries={state.queries} />
    </Awake>
  </StrictMode>,
)

/** Makes the page interactive. It is rendered inert, because clicks before the hydration would be lost. */
function Awake({ root, children }: { root: HTMLElement; children: ReactNode }) {
  useEffect(() => {
    root.inert = false
  }, [root])
  return children
}
