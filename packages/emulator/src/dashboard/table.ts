import { type Html, html } from '../pages/page.js'

/** Returns a section with a heading. `beside` is shown beside the heading, and `intro` below it. */
export function section({
  id,
  title,
  intro,
  beside,
  body,
}: {
  id: string
  title: string
  intro?: string
  beside?: Html
  body: Html
}): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<div class="title"><h2 id="${id}-title">${title}</h2>${beside}</div>
${intro && html`<p class="intro">${intro}</p>`}
${body}
</section>
`
}

/** Returns a table that users can scroll, also with the keyboard. On a narrow screen, each row is a block. */
export function table(name: string, columns: readonly string[], rows: readonly Html[]): Html {
  const heads = columns.map((column) => html`<th scope="col">${column}</th>`)
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name} table">
<table>
<thead><tr>${heads}</tr></thead>
<tbody>
${rows}</tbody>
</table>
</div>
`
}

/** Returns a row. Its ID lets the script find the same row again in a newer page. */
export function row(id: string, cells: readonly Html[], isFailed = false): Html {
  return html`<tr id="${id}"${isFailed && html` class="failed"`}>${cells}</tr>
`
}

/** Returns a cell. On a narrow screen, it shows the name of its column. */
export function cell(column: string, content: Html | string, className = ''): Html {
  return html`<td data-column="${column}"${className !== '' && html` class="${className}"`}>${content}</td>`
}

/** Returns the time of day. Its tooltip has the whole date. */
export function time(milliseconds: number): Html {
  const date = new Date(milliseconds)
  const text = date.toTimeString().slice(0, 8)
  return html`<time datetime="${date.toISOString()}" title="${date.toISOString()}">${text}</time>`
}

/** Returns small labels, for example scopes. */
export function chips(texts: readonly string[]): Html {
  return html`<ul class="chips">${texts.map((text) => html`<li><code>${text}</code></li>`)}</ul>`
}

/** Returns the text that is shown if a list is empty. */
export function empty(text: string): Html {
  return html`<p class="empty">${text}</p>`
}
