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

/** The colors of every page of the emulator, light and dark. */
export const palette = `:root {
  --ground: #f3f4f8; --card: #fff; --ink: #16181f; --soft: #585e6e; --line: #d9dce5; --field: #fff;
  --accent: #4a3fd1; --accent-ink: #fff; --accent-soft: #efeefc; --danger: #b3261e; --danger-soft: #fdeeed;
  --shadow: 0 1px 2px rgb(22 24 31 / 6%), 0 12px 32px rgb(22 24 31 / 8%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101116; --card: #1a1c24; --ink: #eceef4; --soft: #a2a8b8; --line: #353947; --field: #14161d;
    --accent: #a49bff; --accent-ink: #16131f; --accent-soft: #26243f; --danger: #ff9d94; --danger-soft: #3a1f1e;
    --shadow: 0 0 0 1px #262935;
  }
}
`

// The style sheet of every page of the emulator.
const pageStyle = `
${palette}* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; padding: 24px 16px;
  display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 20px;
  background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main {
  width: 100%; max-width: 440px; padding: 32px;
  background: var(--card); border-radius: 16px; box-shadow: var(--shadow);
}
h1 { margin: 0 0 12px; font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.01em; text-wrap: balance; }
h2 { margin: 0 0 8px; font-size: 0.875rem; font-weight: 600; }
p { margin: 0 0 16px; overflow-wrap: anywhere; }
header {
  display: flex; align-items: center; gap: 8px; width: 100%; max-width: 440px; color: var(--soft);
  font-size: 0.8125rem; font-weight: 600;
}
header span { padding: 2px 10px; border: 1px dashed currentColor; border-radius: 999px; }
.eyebrow { margin: 0 0 4px; color: var(--soft); font-size: 0.875rem; font-weight: 600; }
.muted { color: var(--soft); font-size: 0.875rem; }
.error { padding: 12px 14px; border-radius: 10px; background: var(--danger-soft); color: var(--danger); }
label { display: block; margin: 0 0 6px; font-size: 0.875rem; font-weight: 600; }
input:not([type=radio]) {
  width: 100%; min-height: 44px; margin: 0 0 16px; padding: 8px 12px; font: inherit; color: inherit;
  background: var(--field); border: 1px solid var(--soft); border-radius: 10px;
}
fieldset { margin: 0 0 20px; padding: 0; border: 0; min-width: 0; }
legend { padding: 0; margin: 0 0 8px; font-size: 0.875rem; font-weight: 600; }
.choice {
  display: flex; align-items: center; gap: 12px; min-height: 56px; margin: 0 0 8px; padding: 8px 14px;
  border: 1px solid var(--line); border-radius: 12px; font-weight: 400; cursor: pointer;
}
.choice:hover { border-color: var(--accent); }
.choice:has(:checked) { border-color: var(--accent); background: var(--accent-soft); }
.choice:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
.choice input { width: 18px; height: 18px; margin: 0; flex: none; accent-color: var(--accent); outline: none; }
.choice span { min-width: 0; overflow-wrap: anywhere; }
.choice strong { display: block; font-size: 1rem; line-height: 1.3; }
.choice small { color: var(--soft); font-size: 0.875rem; }
.scopes { margin: 0 0 24px; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 12px; }
.scopes li { padding: 10px 14px; font-size: 0.9375rem; line-height: 1.4; overflow-wrap: anywhere; }
.scopes strong { display: block; font-weight: 500; }
.scopes code { color: var(--soft); font-size: 0.8125rem; }
.scopes li + li { border-top: 1px solid var(--line); }
.or { display: flex; align-items: center; gap: 12px; margin: 20px 0; color: var(--soft); font-size: 0.875rem; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.connections { display: grid; gap: 12px; }
.actions { display: flex; flex-wrap: wrap; gap: 12px; }
button {
  flex: 1 1 140px; width: 100%; min-height: 44px; padding: 8px 20px; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--accent-ink); background: var(--accent); border: 1px solid var(--accent); border-radius: 10px;
}
button:hover { filter: brightness(1.08); }
button.secondary { color: var(--ink); background: transparent; border-color: var(--soft); }
button.secondary:hover { background: var(--accent-soft); filter: none; }
button:focus-visible, input:not([type=radio]):focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); }
code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.9em; overflow-wrap: anywhere; }
main > :last-child, form > :last-child { margin-bottom: 0; }
footer { max-width: 440px; color: var(--soft); font-size: 0.8125rem; text-align: center; }
@media (max-width: 480px) { main { padding: 24px 20px; } body { padding: 16px 12px; } }
`
