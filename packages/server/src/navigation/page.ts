/** What a page shows. @internal */
export interface Page {
  title: string
  status: number
  /** HTML. Every text in it is escaped. */
  body: string
  /** True if the page has a form, whose answer may lead to another site. */
  hasForm?: boolean | undefined
}

/**
 * Returns an answer with a page that has no script.
 *
 * @internal
 */
export async function pageResponse(page: Page, headers = new Headers()): Promise<Response> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(STYLE))
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)))
  // A browser holds every redirect after a form against `form-action`, and the provider's are not known here.
  const forms = page.hasForm ? '' : " form-action 'none';"
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none';${forms} frame-ancestors 'none'`
  headers.set('content-security-policy', policy)
  headers.set('content-type', 'text/html; charset=utf-8')
  headers.set('cache-control', 'no-store')
  headers.set('referrer-policy', 'no-referrer') // the URL may have a code
  headers.set('x-content-type-options', 'nosniff')
  return new Response(htmlOf(page), { status: page.status, headers })
}

function htmlOf({ title, body }: Page): string {
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
${body}
</main>
</body>
</html>
`
}

/** Escapes a text for HTML, also for an attribute. @internal */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
body { margin: 0; min-height: 100vh; display: grid; place-items: center }
main { box-sizing: border-box; width: 100%; max-width: 34rem; padding: 2rem 1.5rem }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25 }
.ways { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 1.5rem 0 }
a, button { padding: 0.6rem 1.1rem; border: 1px solid; border-radius: 0.5rem; color: inherit; background: none; font: inherit; cursor: pointer; text-decoration: none }
a:first-child, button { background: light-dark(#1a1a1a, #f2f2f2); color: light-dark(#fff, #111) }
a:hover, button:hover { text-decoration: underline }
:focus-visible { outline: 3px solid light-dark(#0b57d0, #a8c7fa); outline-offset: 2px }
.code { margin: 0; font-size: 0.875rem; color: light-dark(#555, #bbb) }
`
