/** The end of a visit: a page of the emulator, or the first URL outside it. */
export interface Visit {
  url: URL
  /** Absent if the redirects left the emulator. */
  page?: { status: number; html: string; headers: Headers }
}

/** A browser without scripts. It keeps cookies by path, follows redirects and submits forms. It never requests a URL outside the emulator. */
export interface Browser {
  /** Opens a URL and follows its redirects. */
  visit(url: string | URL): Promise<Visit>
  /** Submits the form of a page, with its hidden fields and the fields passed in. */
  submit(visit: Visit, fields: Record<string, string>): Promise<Visit>
}

interface Cookie {
  name: string
  value: string
  path: string
}

/** Creates a browser without cookies for the emulator at `origin`. */
export function createBrowser(origin: string): Browser {
  const cookies = new Map<string, Cookie>()
  const send = async (url: URL, init: RequestInit = {}): Promise<Visit> => {
    if (url.origin !== origin) return { url }
    const cookie = cookieHeader(cookies, url.pathname)
    const headers = { ...(cookie && { cookie }), accept: 'text/html' }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) keepCookie(cookies, line)
    const location = response.headers.get('location')
    const html = await response.text()
    if (location && response.status < 400) return send(new URL(location, url))
    return { url, page: { status: response.status, html, headers: response.headers } }
  }
  return {
    visit: (url) => send(new URL(url)),
    submit({ url, page }, fields) {
      const html = page?.html ?? ''
      const action = decode(/<form[^>]* action="([^"]*)"/.exec(html)?.[1] ?? url.href)
      const body = new URLSearchParams({ ...hiddenFields(html), ...fields })
      return send(new URL(action, url), { method: 'POST', body })
    },
  }
}

function cookieHeader(cookies: Map<string, Cookie>, path: string): string {
  return [...cookies.values()]
    .filter((cookie) => path.startsWith(cookie.path))
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
}

function keepCookie(cookies: Map<string, Cookie>, line: string): void {
  const [pair = '', ...attributes] = line.split(/; */)
  const [name = '', value = ''] = pair.split('=')
  const find = (key: string) =>
    attributes.find((one) => one.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1)
  const path = find('path') ?? '/'
  const isOver = new Date(find('expires') ?? '9999').getTime() < Date.now()
  if (isOver) cookies.delete(`${name} ${path}`)
  else cookies.set(`${name} ${path}`, { name, value, path })
}

function hiddenFields(html: string): Record<string, string> {
  const inputs = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, decode(value)]))
}

function decode(text: string): string {
  return text
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
}
