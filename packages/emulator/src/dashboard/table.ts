import { type Html, html } from '../pages/page.js'

/** Returns a table that users can scroll, also with the keyboard. On a narrow screen, each row is a block. */
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

/** Returns a cell. On a narrow screen, it shows the name of its column. */
export function cell(column: string, content: Html | string, className = ''): Html {
  return html`<td data-column="${column}"${className && html` class="${className}"`}>${content}</td>`
}

/** Returns the time of day. Its tooltip has the whole date. */
export function time(milliseconds: number): Html {
  const date = new Date(milliseconds)
  const text = date.toTimeString().slice(0, 8)
  return html`<time datetime="${date.toISOString()}" title="${date.toISOString()}">${text}</time>`
}

/** Returns the text that is shown if a list is empty. */
export function empty(text: string): Html {
  return html`<p class="empty">${text}</p>`
}
