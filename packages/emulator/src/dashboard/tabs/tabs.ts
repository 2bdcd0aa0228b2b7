import type { Context } from '../../context/context.js'
import { type Html, html } from '../../pages/page.js'
import type { ConnectedAccounts } from '../../vault/connected-accounts.js'
import { faultsTab } from './faults.js'
import { getStartedTab } from './get-started.js'
import { isProblem, requestsTab } from './requests.js'
import { tenantTab } from './tenant.js'
import { usersTab } from './users.js'

/** A tab of the page. */
export interface Tab {
  /** The value of the parameter `tab` in the URL. */
  name: string
  title: string
  /** Returns the number beside the title, and what it counts. */
  count?(context: Context): [count: number, what: string]
  content(context: Context, accounts: ConnectedAccounts): Html
}

const first: Tab = { name: 'start', title: 'Get started', content: getStartedTab }

const tabs: readonly Tab[] = [
  first,
  {
    name: 'requests',
    title: 'Requests',
    count: ({ requests }) => [requests.list().filter(isProblem).length, 'problems'],
    content: requestsTab,
  },
  { name: 'users', title: 'Users & vault', content: usersTab },
  { name: 'tenant', title: 'Tenant', content: tenantTab },
  {
    name: 'faults',
    title: 'Faults',
    count: ({ faults }) => [faults.list().length, 'waiting'],
    content: faultsTab,
  },
]

/** Returns the tab with a name, and the first one if there is none. */
export function findTab(name: string | undefined): Tab {
  return tabs.find((tab) => tab.name === name) ?? first
}

/** Returns the links to the tabs. */
export function tabLinks(context: Context, shown: Tab): Html {
  const links = tabs.map((tab) => {
    const [count, what] = tab.count?.(context) ?? [0, '']
    const badge =
      count > 0 &&
      html` <span class="badge count">${count}<span class="unseen"> ${what}</span></span>`
    return html`<li><a href="/?tab=${tab.name}"${tab === shown && html` aria-current="page"`}>${tab.title}${badge}</a></li>
`
  })
  return html`<ul>
${links}</ul>`
}
