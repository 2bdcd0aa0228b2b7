import type { ProblemDetails } from '@connected-accounts/client'
import { escapeHtml, pageResponse } from './page.js'

/** What an error page shows. */
export interface ErrorPage {
  problem: ProblemDetails
  /** What the person wanted to do. */
  task?: 'login' | 'connect' | undefined
  /** The URL of the application. */
  home: string
  /** The URL of the login, if that is the way on. */
  login?: string | undefined
  /** True if loading the page again may help. */
  canReload?: boolean | undefined
}

const TITLES = {
  login: 'You are not logged in',
  connect: 'The account was not connected',
  other: 'That did not work',
}

const BUSY = 'The service does not answer at the moment. Wait a minute, then try again.'
const ENDED = 'Your session has ended. Log in, then try again.'

/** What a person can do about a code. */
const ADVICE = new Map([
  ['access_denied', 'You cancelled, or it is not allowed for you.'],
  [
    'unknown_state',
    'This link works only once, and only in the browser where you started. Start again.',
  ],
  ['expired', 'It took too long. Start again.'],
  ['missing_session', ENDED],
  ['invalid_grant', ENDED],
  ['missing_refresh_token', ENDED],
  [
    'wrong_method',
    'This page does not work from the address bar. Use the button in the application.',
  ],
  ['rate_limited', BUSY],
  ['too_many_requests', BUSY],
])

/**
 * Returns an answer for a person: a page that says what happened and leads on. It has no script and nothing of the request.
 *
 * @internal
 */
export function errorPage(page: ErrorPage, headers = new Headers()): Promise<Response> {
  const title = TITLES[page.task ?? 'other']
  return pageResponse({ title, status: page.problem.status, body: bodyOf(page) }, headers)
}

function bodyOf({ problem, home, login, canReload }: ErrorPage): string {
  const links = [
    ...(canReload ? [['', 'Try again']] : []), // an empty link is the URL of the page itself
    ...(login ? [[login, 'Log in']] : []),
    [home, 'Back to the application'],
  ]
  const anchors = links.map(([href = '', text]) => `<a href="${escapeHtml(href)}">${text}</a>`)
  return `<p>${escapeHtml(adviceFor(problem, home))}</p>
<p class="ways">${anchors.join('\n')}</p>
<p class="code">Error code: <code>${escapeHtml(problem.title)}</code></p>`
}

function adviceFor({ title, status }: ProblemDetails, home: string): string {
  const advice =
    ADVICE.get(title) ??
    (status > 500 ? BUSY : 'Something went wrong. Go back to the application, then try again.')
  // A browser keeps the cookies of a login for one host only, so a login that starts at 127.0.0.1 is unknown at localhost.
  return title === 'unknown_state'
    ? `${advice} The application is at ${new URL(home).origin}.`
    : advice
}
