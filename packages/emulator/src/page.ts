import { pageStyle } from './page-style.js'

/** Text that is HTML already, so that `html` does not escape it again. */
export interface Html {
  readonly html: string
}

/** What may stand in a template of `html`: strings and numbers are escaped, `undefined` and `false` vanish. */
export type HtmlValue = Html | string | number | undefined | false | readonly Html[]

/** Builds HTML from a template whose values are escaped, in text as well as in quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return { html: strings.reduce((all, part, index) => all + render(values[index - 1]) + part) }
}

function render(value: HtmlValue): string {
  if (value === undefined || value === false) return ''
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value))
  if ('html' in value) return value.html
  return value.map((part) => part.html).join('')
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '&#39;')
}

/** What one page shows. */
export interface PageOptions {
  /** The heading of the page, and the title of its window. */
  title: string
  /** A short line over the heading, such as the name of who asks. */
  eyebrow?: string
  /**
   * Everything under the heading. Styled are `p`, `p.muted`, `p.error`, `p.or`, `label` with `input`, `ul.scopes`, `fieldset`
   * with `label.choice`, `div.actions`, `form.connections`, `button` and `button.secondary`.
   */
  body: Html
}

/** A whole page of the emulator: one card, light and dark, without scripts and without anything to load. */
export function page({ title, eyebrow, body }: PageOptions): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${{ html: pageStyle }}</style>
</head>
<body>
<header><span>Emulator</span></header>
<main>
${eyebrow && html`<p class="eyebrow">${eyebrow}</p>`}
<h1>${title}</h1>
${body}
</main>
<footer>A page of a local test service. Nothing here reaches a real account.</footer>
</body>
</html>
`.html
}

/** The page as a response that no cache keeps and no other page may frame. */
export function pageResponse(options: PageOptions, status = 200): Response {
  return new Response(page(options), {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    },
  })
}
