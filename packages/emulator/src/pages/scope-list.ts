import { type Html, html } from './page.js'

const meanings: Record<string, string> = {
  openid: 'Know who you are',
  profile: 'See your name and picture',
  email: 'See your email address',
  offline_access: 'Keep this access while you are away',
  'https://www.googleapis.com/auth/calendar.readonly': 'See the events of your calendars',
  'https://www.googleapis.com/auth/calendar': 'See and change your calendars',
  'https://www.googleapis.com/auth/calendar.events': 'See and change the events of your calendars',
  'read:user': 'Read your profile',
  repo: 'Read and change your repositories',
  'create:me:connected_accounts': 'Connect accounts for you',
  'read:me:connected_accounts': 'See your connected accounts',
  'delete:me:connected_accounts': 'Remove your connected accounts',
}

/** Returns the list of the requested scopes for a consent page. */
export function scopeList(scopes: readonly string[]): Html {
  const items = scopes.map((scope) => {
    const meaning = meanings[scope]
    return html`<li>${meaning && html`<strong>${meaning}</strong>`}<code>${scope}</code></li>
`
  })
  return html`<h2 id="access">Requested access</h2>
<ul class="scopes" aria-labelledby="access">
${items}</ul>`
}
