/** The script of the page. It refreshes the page every two seconds while the tab is visible, and calls the control API. */
export const dashboardScript = `
const live = document.querySelectorAll('[data-live]')
const seen = new Map([...live].map((part) => [part, part.innerHTML]))
const said = document.getElementById('said')
const problem = document.getElementById('fault-error')

async function refresh(force) {
  const response = await fetch('/', { cache: 'no-store' })
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html')
  for (const part of live) {
    const next = fresh.getElementById(part.id)
    if (!next || next.innerHTML === seen.get(part)) continue
    const focused = part.contains(document.activeElement) && document.activeElement
    // Does not replace a select that has the focus, because the user may be choosing a value.
    if (focused && focused.matches('select') && !force) continue
    const places = [...part.querySelectorAll('.scroll')].map((one) => one.scrollTop)
    seen.set(part, next.innerHTML)
    part.innerHTML = next.innerHTML
    part.querySelectorAll('.scroll').forEach((one, index) => { one.scrollTop = places[index] ?? 0 })
    if (focused && focused.id) document.getElementById(focused.id)?.focus()
  }
}

async function act(method, path, body, done) {
  const init = { method, ...(body && { body: JSON.stringify(body) }) }
  const response = await fetch('/_emulator/' + path, init)
  if (!response.ok) throw new Error((await response.json()).error)
  await refresh(true)
  said.textContent = done
}

function complain(error) {
  said.textContent = error.message === 'Failed to fetch' ? 'The emulator does not respond.' : error.message
}

document.addEventListener('change', ({ target }) => {
  const name = target.dataset?.switch
  if (!name) return
  const done = name + ' is now ' + target.value + '.'
  act('POST', 'switches', { [name]: target.value }, done).catch(complain)
})

document.addEventListener('click', ({ target }) => {
  const { advance, fault, reset } = target.dataset ?? {}
  if (advance) act('POST', 'clock', { advance: Number(advance) }, 'The clock was moved by ' + advance + ' s.').catch(complain)
  if (fault) act('DELETE', 'faults/' + fault, undefined, 'The fault was removed.').catch(complain)
  if (reset !== undefined && confirm('Delete all sessions, tokens, accounts, requests and faults?')) {
    act('POST', 'reset', undefined, 'Everything was reset.').catch(complain)
  }
})

document.getElementById('fault').addEventListener('submit', async (event) => {
  event.preventDefault()
  const { operation, effect, ...others } = Object.fromEntries(new FormData(event.target))
  const given = Object.entries(others).filter(([, value]) => value !== '')
  const rule = { operation, ...JSON.parse(effect), ...Object.fromEntries(given.map(([name, value]) => [name, read(value)])) }
  problem.hidden = true
  await act('POST', 'faults', rule, 'The fault waits for ' + operation + '.').catch((error) => {
    problem.textContent = error.message
    problem.hidden = false
  })
})

// Reads numbers and objects. The control API explains what is wrong with anything else.
function read(value) {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

async function watch() {
  if (!document.hidden) {
    await refresh(false).then(() => {
      if (said.textContent === 'The emulator does not respond.') said.textContent = ''
    }, complain)
  }
  setTimeout(watch, 2000)
}
setTimeout(watch, 2000)
`
