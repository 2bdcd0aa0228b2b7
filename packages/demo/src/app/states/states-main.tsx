import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { readView } from './languages.js'
import { StatesPage } from './StatesPage.js'
import '../styles/index.css'

const root = document.getElementById('root')
if (!root) throw new Error('The page has no #root.')
createRoot(root).render(
  <StrictMode>
    <StatesPage view={readView(location.search)} />
  </StrictMode>,
)
