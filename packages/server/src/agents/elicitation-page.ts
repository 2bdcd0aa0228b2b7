import { escapeHtml, pageResponse } from '../navigation/page.js'

/** What the page of an elicitation says. @internal */
export type PageState =
  | { kind: 'ask'; id: string; label: string; message: string; hasFailed: boolean }
  | { kind: 'complete'; label: string }
  | { kind: 'other_user' }
  | { kind: 'unknown' }

/**
 * Returns the page of an elicitation. It has no script, and every text in it is escaped.
 *
 * @internal
 */
export function statePage(state: PageState, headers: Headers): Promise<Response> {
  return pageResponse(PAGES[state.kind](state as never), headers) // the kind says which state it is
}

const PAGES: { [Kind in PageState['kind']]: (state: PageState & { kind: Kind }) => Shown } = {
  ask: ({ id, label, message, hasFailed }) => ({
    title: `Connect ${escapeHtml(label)}?`,
    status: 200,
    hasForm: true,
    body: `${hasFailed ? '<p role="alert">The account was not connected. You can try again.</p>' : ''}
<p>${escapeHtml(message)}</p>
<p>Go on only if you started this yourself. If somebody sent you this link, close the page.</p>
<form method="post" action="" class="ways">
<input type="hidden" name="id" value="${escapeHtml(id)}">
<button>Connect ${escapeHtml(label)}</button>
</form>`,
  }),
  complete: ({ label }) => ({
    title: `${escapeHtml(label)} is connected`,
    status: 200,
    body: '<p>You can close this page, and go back to where you came from.</p>',
  }),
  other_user: () => ({
    title: 'This link is for somebody else',
    status: 403,
    body: '<p>It was made for another user than the one who is logged in here. If somebody sent it to you, close the page.</p>',
  }),
  unknown: () => ({
    title: 'This link does not work any more',
    status: 404,
    body: '<p>It works once, and for a few minutes. Go back to where you got it, and try again there.</p>',
  }),
}

type Shown = Parameters<typeof pageResponse>[0]
