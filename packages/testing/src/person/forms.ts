/**
 * Follows redirects from `start` with cookies, and fills in each form on the way. Cheap enough for benches.
 *
 * @param origin The origin of the tenant.
 * @param start The first URL.
 * @param form The fields that the person fills in. By default, Alice's name and password.
 * @returns The first URL outside `origin`.
 */
export async function fillInForms(
  origin: string,
  start: string | URL,
  form: Record<string, string> = { username: 'alice@example.test', password: 'password' },
): Promise<URL> {
  const cookies = new Map<string, string>()
  let url = new URL(start)
  let body: URLSearchParams | undefined
  while (url.origin === origin) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const init = body ? { method: 'POST', body } : {}
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    const html = await response.text()
    if (location) {
      url = new URL(location, url)
      body = undefined
      continue
    }
    if (!html.includes('<form')) {
      throw new Error(`${url} answered ${response.status}: ${html.slice(0, 300)}`)
    }
    const action = /<form[^>]* action="([^"]*)"/.exec(html)?.[1] ?? url
    const hidden = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)
    const fields = Object.fromEntries([...hidden].map(([, name, value]) => [name, value]))
    url = new URL(action, url)
    body = new URLSearchParams({ ...fields, ...form })
  }
  return url
}
