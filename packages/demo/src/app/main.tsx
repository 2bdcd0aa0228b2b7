import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.js'
import { ErrorState } from './ErrorState.js'
import { Home } from './Home.js'
import { HooksPage } from './HooksPage.js'
import { HOOKS_PATH } from './pages.js'
import { openSession } from './session.js'
import './styles/index.css'

const element = document.getElementById('root')
if (!element) throw new Error('The page has no #root.')
const root = createRoot(element)
await open()

async function open(): Promise<void> {
  root.render(null)
  try {
    const session = await openSession()
    root.render(
      <StrictMode>
        <App session={session} Page={location.pathname === HOOKS_PATH ? HooksPage : Home} />
      </StrictMode>,
    )
  } catch (error) {
    root.render(
      <main className="page-state">
        <ErrorState error={error} onRetry={open} />
      </main>,
    )
  }
}
