/// <reference path="./raw.d.ts" />
import { html as htmlOfHono, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import pageStyle from './page.css?raw'
import palette from './palette.css?raw'

/** A text that is HTML already. `html` does not escape it again. */
export type Html = HtmlEscapedString

/** A value in a template of `html`. Strings and numbers are escaped; `undefined` and `false` become empty. */
export type HtmlValue = Html | string | number | undefined | false | readonly Html[]

/** Builds HTML from a template, with Hono's `html`. It escapes the values, so that they are safe in text and in quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return htmlOfHono(strings, ...values) as Html // it returns a promise only if a value is one
}

/** The content of one page. */
export interface PageOptions {
  /** The heading of the page, and the title of its window. */
  title: string
  /** A short line above the heading, for example the name of the provider. */
  eyebrow?: string
  /**
   * Everything below the heading. The style sheet has styles for `p`, `p.muted`, `p.error`, `p.or`, `label` with `input`,
   * `ul.scopes`, `fieldset` with `label.choice`, `div.actions`, `form.stack`, `button`, `button.secondary` and `button.person`.
   */
  body: Html
}

/** Returns a whole page of the emulator: one card, light and dark, without scripts and external resources. */
export function page({ title, eyebrow, body }: PageOptions): string {
  return htmlDocument({
    title,
    style: pageStyle,
    body: html`<header><a href="/">Connected Accounts emulator</a><span>for development only</span></header>
<main>
${eyebrow && html`<p class="eyebrow">${eyebrow}</p>`}
<h1>${title}</h1>
${body}
</main>
<footer>A page of a local test service. Nothing here reaches Auth0 or a real account.</footer>`,
  })
}

/** The parts of an HTML document. */
export interface DocumentOptions {
  /** The title of the window. */
  title: string
  /** A style sheet. It can use the colors of `palette.css`. */
  style: string
  /** The content of `body`. */
  body: Html
}

/** Returns an HTML document with the colors that all pages of the emulator share. */
export function htmlDocument({ title, style, body }: DocumentOptions): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${raw(palette + style)}</style>
</head>
<body>
${body}
</body>
</html>
`.toString()
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
