import { pageStyle } from './page-style.js'

/** A text that is HTML already. `html` does not escape it again. */
export interface Html {
  readonly html: string
}

/** A value in a template of `html`. Strings and numbers are escaped; `undefined` and `false` become empty. */
export type HtmlValue = Html | string | number | undefined | false | readonly Html[]

/** Builds HTML from a template. Escapes the values, so that they are safe in text and in quoted attributes. */
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

/** The content of one page. */
export interface PageOptions {
  /** The heading of the page, and the title of its window. */
  title: string
  /** A short line above the heading, for example the name of the provider. */
  eyebrow?: string
  /**
   * Everything below the heading. The style sheet has styles for `p`, `p.muted`, `p.error`, `p.or`, `label` with `input`,
   * `ul.scopes`, `fieldset` with `label.choice`, `div.actions`, `form.connections`, `button` and `button.secondary`.
   */
  body: Html
}

/** Returns a whole page of the emulator: one card, light and dark, without scripts and external resources. */
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

/** Returns the page as a response that caches do not store and other pages cannot frame. */
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
