// The script of the page at `/`. It looks for news every two seconds while the window is visible, and calls the control API.
const said = document.getElementById('said')
const silence = 'The emulator does not respond.'
const period = 2000

/** Fetches the page again, and updates the parts that have changed. */
async function refresh() {
  const response = await fetch(location.href, { cache: 'no-store' })
  const next = new DOMParser().parseFromString(await response.text(), 'text/html')
  for (const part of document.querySelectorAll('[data-live]')) {
    const newer = next.getElementById(part.id)
    if (newer) update(part, newer)
  }
  if (said.textContent === silence) said.textContent = ''
}

/**
 * Makes an element like a newer one. It changes only what differs, so that the focus, a selection, an open `details` and what
 * somebody has typed stay. Children with an ID are found by it, others by their place.
 */
function update(element, newer) {
  if ('own' in element.dataset || element.isEqualNode(newer)) return
  updateAttributes(element, newer)
  const ids = new Set([...newer.children].map(({ id }) => id))
  for (const child of [...element.children]) if (child.id && !ids.has(child.id)) child.remove()
  let place = element.firstChild
  for (const child of [...newer.childNodes]) {
    const same = child.id ? document.getElementById(child.id) : sameAt(place, child)
    // An element that is moved loses the focus, so what stands before it is removed where that is possible.
    while (same && place !== same && place && !place.id) place = removed(place)
    if (same && same === place) place = place.nextSibling
    else element.insertBefore(same ?? child, place)
    if (same) updateNode(same, child)
  }
  while (place) place = removed(place)
}

function sameAt(place, child) {
  return place && !place.id && place.nodeName === child.nodeName ? place : null
}

function removed(node) {
  const { nextSibling } = node
  node.remove()
  return nextSibling
}

function updateNode(node, newer) {
  if (node.nodeType === Node.ELEMENT_NODE) update(node, newer)
  else if (node.data !== newer.data) node.data = newer.data
}

function updateAttributes(element, newer) {
  for (const { name } of [...element.attributes]) {
    if (!newer.hasAttribute(name) && name !== 'open') element.removeAttribute(name)
  }
  for (const { name, value } of newer.attributes) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value)
  }
  // A switch that was set elsewhere. While it has the focus, somebody may be choosing a value.
  if (newer.matches('option[selected]') && !element.closest('select')?.matches(':focus')) {
    element.selected = true
  }
}

/** Calls the control API as the `data-action` of a button or a form says. */
async function call({ dataset }, body) {
  const [method, path] = dataset.action.split(' ')
  await send(method, path, body)
  await refresh()
  said.textContent = dataset.done
}

async function send(method, path, body) {
  const response = await fetch(`/_emulator/${path}`, { method, ...(body && { body }) })
  if (!response.ok) throw new Error((await response.json()).error)
}

/** Says what went wrong: in the form, or at the top of the page. */
function complain(error, place = said) {
  place.textContent = error.message === 'Failed to fetch' ? silence : error.message
  place.hidden = false
}

function bodyOf(form) {
  const body = {}
  for (const { name, value, dataset } of form.elements) {
    if (!name || value === '') continue
    if ('spread' in dataset) Object.assign(body, JSON.parse(value))
    else if ('list' in dataset) body[name] = value.split(/[\s,]+/)
    else body[name] = 'json' in dataset ? read(value) : value
  }
  return JSON.stringify(body)
}

// Reads numbers and objects. The control API explains what is wrong with anything else.
function read(value) {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target
  event.preventDefault()
  const error = form.querySelector('[role="alert"]')
  error.hidden = true
  call(form, bodyOf(form)).then(
    () => clear(form),
    (reason) => complain(reason, error),
  )
})

// Keeps the choices of a form, because the next fault or account is often a similar one.
function clear(form) {
  for (const field of form.querySelectorAll('input')) field.value = ''
}

document.addEventListener('change', ({ target }) => {
  const name = target.dataset.switch
  if (!name) return
  send('POST', 'switches', JSON.stringify({ [name]: target.value }))
    .then(refresh)
    .then(() => {
      said.textContent = `${name} is now ${target.value}.`
    })
    .catch(complain)
})

document.addEventListener('click', async ({ target }) => {
  const button = target.closest('button')
  if (!button) return
  const { action, body, confirm: question, copy } = button.dataset
  if (copy !== undefined) copyFrom(button).catch(complain)
  if (action && (!question || confirm(question))) call(button, body).catch(complain)
})

async function copyFrom(button) {
  const { textContent } = button
    .closest('article, div:has([data-copied])')
    .querySelector('[data-copied]')
  await navigator.clipboard.writeText(textContent)
  said.textContent = 'Copied.'
}

async function watch() {
  if (!document.hidden) await refresh().catch(complain)
  setTimeout(watch, period)
}
setTimeout(watch, period)
