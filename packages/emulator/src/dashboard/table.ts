import { type Html, html } from '../page.js'

/** A table in which one can scroll, also by keyboard; on a narrow screen each row stands as a block. */
export function table(name: string, columns: readonly string[], rows: readonly Html[]): Html {
  const heads = columns.map((column) => html`<th scope="col">${column}</th>`)
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}">
<table>
<thead><tr>${heads}</tr></thead>
<tbody>
${[...rows]}</tbody>
</table>
</div>
`
}

/** A cell that names its column where there are no columns to see. */
export function cell(column: string, content: Html | string, className = ''): Html {
  return html`<td data-column="${column}"${className && html` class="${className}"`}>${content}</td>`
}

/** The time of day, with the whole date behind it. */
export function time(milliseconds: number): Html {
  const date = new Date(milliseconds)
  const text = date.toTimeString().slice(0, 8)
  return html`<time datetime="${date.toISOString()}" title="${date.toISOString()}">${text}</time>`
}

/** What stands where there is nothing to show. */
export function empty(text: string): Html {
  return html`<p class="empty">${text}</p>`
}
