import type { ProblemDetails } from '@connected-accounts/client'

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
export async function errorPage(page: ErrorPage, headers = new Headers()): Promise<Response> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(STYLE))
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)))
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  headers.set('content-security-policy', policy)
  headers.set('content-type', 'text/html; charset=utf-8')
  headers.set('cache-control', 'no-store')
  headers.set('referrer-policy', 'no-referrer') // the URL of a callback has a code
  headers.set('x-content-type-options', 'nosniff')
  return new Response(htmlOf(page), { status: page.problem.status, headers })
}

function htmlOf({ problem, task, home, login, canReload }: ErrorPage): string {
  const title = TITLES[task ?? 'other']
  const links = [
    ...(canReload ? [['', 'Try again']] : []), // an empty link is the URL of the page itself
    ...(login ? [[login, 'Log in']] : []),
    [home, 'Back to the application'],
  ]
  const anchors = links.map(([href = '', text]) => `<a href="${escapeHtml(href)}">${text}</a>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${escapeHtml(adviceFor(problem, home))}</p>
<p class="ways">${anchors.join('\n')}</p>
<p class="code">Error code: <code>${escapeHtml(problem.title)}</code></p>
</main>
</body>
</html>
`
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

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
body { margin: 0; min-height: 100vh; display: grid; place-items: center }
main { box-sizing: border-box; width: 100%; max-width: 34rem; padding: 2rem 1.5rem }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25 }
.ways { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 1.5rem 0 }
a { padding: 0.6rem 1.1rem; border: 1px solid; border-radius: 0.5rem; color: inherit; text-decoration: none }
a:first-child { background: light-dark(#1a1a1a, #f2f2f2); color: light-dark(#fff, #111) }
a:hover { text-decoration: underline }
a:focus-visible { outline: 3px solid light-dark(#0b57d0, #a8c7fa); outline-offset: 2px }
.code { margin: 0; font-size: 0.875rem; color: light-dark(#555, #bbb) }
`
