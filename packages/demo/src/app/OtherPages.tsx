import { HOOKS_PATH, type PagePath, RENDERED_PATH, STATES_PATH } from './pages.js'
import { useSession } from './session-context.js'

/** Links to the other pages of the demo, and says why each of them exists. */
export function OtherPages() {
  const { pages } = useSession()
  return (
    <nav className="other-pages" aria-labelledby="other-pages-heading">
      <h2 id="other-pages-heading">Other pages</h2>
      <ul>
        {pages.map((path) => (
          <li key={path}>
            <a href={path}>{PAGES[path].title}</a>
            <p>{PAGES[path].reason}</p>
          </li>
        ))}
      </ul>
    </nav>
  )
}

const PAGES: Record<PagePath, { title: string; reason: string }> = {
  '/': {
    title: 'In the browser',
    reason: 'The same page with its tokens in the browser, as in a single-page application.',
  },
  [RENDERED_PATH]: {
    title: 'Rendered on a server',
    reason: 'The same page with its tokens on a server. No script of the page can read them.',
  },
  [HOOKS_PATH]: {
    title: 'The bare hooks',
    reason:
      'The same list in markup of your own, if the component does not fit into your application.',
  },
  [STATES_PATH]: {
    title: 'Every state',
    reason: 'The component in each of its states and languages, also those that you rarely see.',
  },
}
