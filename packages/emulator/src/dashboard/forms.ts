import { type Html, html } from '../pages/page.js'

/** A button that calls the control API. */
export interface ActionButton {
  text: string
  /** The name for screen readers, if `text` does not say enough. */
  label?: string
  className?: string
  /** The method and the path below `/_emulator/`, for example `DELETE faults/1`. */
  action: string
  /** The body of the request. */
  body?: object
  /** The question to confirm before the call. */
  confirm?: string
  /** What the page says after the call. */
  done: string
}

/** Returns a button that calls the control API. */
export function actionButton(button: ActionButton): Html {
  const { text, label, className, action, body, confirm, done } = button
  return html`<button type="button"${className && html` class="${className}"`}${label && html` aria-label="${label}"`} data-action="${action}"${body && html` data-body="${JSON.stringify(body)}"`}${confirm && html` data-confirm="${confirm}"`} data-done="${done}">${text}</button>
`
}

/** A form whose fields are the body of a call of the control API. Empty fields are left out. */
export interface ActionForm {
  id: string
  /** The method and the path below `/_emulator/`. */
  action: string
  /** What the page says after the call. */
  done: string
  fields: readonly Html[]
  submit: string
}

/** Returns a form that calls the control API. If the call fails, it shows the error. */
export function actionForm({ id, action, done, fields, submit }: ActionForm): Html {
  return html`<form id="${id}" class="form" data-action="${action}" data-done="${done}">
${fields}<p class="error full" role="alert" data-own hidden></p>
<button class="primary full">${submit}</button>
</form>
`
}

/** A field of a form. */
export interface Field {
  /** The ID of the form. */
  form: string
  name: string
  label: string
  /** The attributes of the input, for example `required`. `data-json` reads its value as JSON, and `data-list` as a list. */
  attributes?: Html
  /** True if the field takes half of the width. */
  half?: boolean
}

/** Returns an input with its label. */
export function inputField({ form, name, label, attributes, half = false }: Field): Html {
  return field(
    html`<label for="${form}-${name}">${label}</label>
<input id="${form}-${name}" name="${name}" autocomplete="off" ${attributes}>`,
    half,
  )
}

/** Returns a select with its label. `options` are its `option` elements. */
export function selectField(
  { form, name, label, attributes }: Field,
  options: readonly Html[],
): Html {
  return field(
    html`<label for="${form}-${name}">${label}</label>
<select id="${form}-${name}" name="${name}" ${attributes}>${options}</select>`,
    false,
  )
}

function field(content: Html, half: boolean): Html {
  return html`<div class="field${!half && ' full'}">${content}</div>
`
}
