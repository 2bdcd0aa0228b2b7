import { states } from '@connected-accounts/testing/component/states'
import { Mark } from '../drawings/Mark.js'
import { DIRECTIONS, LANGUAGES, type View, viewQuery } from './languages.js'
import { StateFrame } from './StateFrame.js'

/** Shows the component in each of its states. */
export function StatesPage({ view }: { view: View }) {
  return (
    <>
      <header className="bar">
        <a className="wordmark" href="/">
          <Mark />
          Connected Accounts
        </a>
      </header>
      <main className="states">
        <h1>Every state</h1>
        <p className="lead">
          The component, with answers that are made up: nothing here is sent anywhere. It follows
          the theme of your system. Each state is a page of its own, in a frame.
        </p>
        <div className="switches">
          <Switch label="Language" options={languageNames} param="lang" view={view} />
          <Switch label="Direction" options={DIRECTIONS} param="dir" view={view} />
        </div>
        {Object.entries(states).map(([name, { title }]) => (
          <section key={name} aria-labelledby={name}>
            <h2 id={name}>{title}</h2>
            <StateFrame title={title} url={`/state${viewQuery({ ...view, show: name })}`} />
          </section>
        ))}
      </main>
    </>
  )
}

const languageNames = Object.fromEntries(
  Object.entries(LANGUAGES).map(([tag, { name }]) => [tag, name]),
)

interface SwitchProps {
  label: string
  /** What there is to choose, by its value in the address. */
  options: Record<string, string>
  param: 'lang' | 'dir'
  view: View
}

function Switch({ label, options, param, view }: SwitchProps) {
  return (
    <nav aria-label={label}>
      {Object.entries(options).map(([value, name]) => (
        <a
          key={value}
          href={viewQuery({ ...view, [param]: value })}
          lang={param === 'lang' ? value : undefined}
          aria-current={view[param] === value ? 'page' : undefined}
        >
          {name}
        </a>
      ))}
    </nav>
  )
}
