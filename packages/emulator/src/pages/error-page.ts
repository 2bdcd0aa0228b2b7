import { type Html, html, pageResponse } from './page.js'

/** The content of an error page. */
export interface ErrorPageOptions {
  /** What is not possible. It is the heading. */
  title: string
  /** What happened, in one or two sentences. */
  reason: string
  /** What the reader can do now. */
  advice: Html | string
  /** The error code that the application would see. */
  code?: string
  /** 400 by default. */
  status?: number
}

/** Returns a page that says what happened and what to do, and links to the requests at the emulator's page. */
export function errorPage({
  title,
  reason,
  advice,
  code,
  status = 400,
}: ErrorPageOptions): Response {
  const body = html`<p class="error" role="alert">${reason}</p>
<h2>What to do</h2>
<p>${advice}</p>
<p class="muted">${code && html`Error <code>${code}</code>. `}The emulator lists <a href="/?tab=requests">this request and those before it</a>.</p>`
  return pageResponse({ title, body }, status)
}
