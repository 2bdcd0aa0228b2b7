/** What the user does on the consent page of a third party. */
export interface ConsentAnswer {
  /** Allow the access or cancel: `allow` by default. */
  decision?: 'allow' | 'cancel'
  /** The email address of the account to choose. The page must offer it. The first one by default. */
  account?: string
}

/**
 * Opens the link of a connect request, allows or cancels on the provider's page, and returns the callback URL, without a browser.
 * Rejects with an `Error` that has the page's text if an error page is shown instead.
 */
export async function consent(
  fetch: (request: Request) => Promise<Response>,
  connectUrl: string | URL,
  answer: ConsentAnswer = {},
): Promise<URL> {
  const provider = await whereNext(await fetch(new Request(connectUrl)))
  const asked = await fetch(new Request(provider))
  const answered = asked.headers.has('location') ? asked : await fetch(await formOf(asked, answer))
  const back = await whereNext(answered)
  return whereNext(await fetch(new Request(back)))
}

async function whereNext(response: Response): Promise<URL> {
  const location = response.headers.get('location')
  if (location) return new URL(location)
  throw new Error(`The consent ended with ${response.status}: ${textOf(await response.text())}`)
}

// The page is the emulator's own, so regular expressions are enough to read its HTML.
async function formOf(response: Response, { decision = 'allow', account }: ConsentAnswer) {
  const html = await response.text()
  const action = /<form method="post" action="([^"]+)"/.exec(html)?.[1]
  const id = /name="id" value="([^"]+)"/.exec(html)?.[1]
  if (!action || !id) throw new Error(`The provider answered ${response.status}: ${textOf(html)}`)
  const accounts = html.matchAll(/name="account" value="([^"]+)"/g)
  const offered = [...accounts].map(([, email = '']) => unescapeHtml(email))
  const picked = account ?? offered[0] ?? ''
  if (!offered.includes(picked)) {
    throw new TypeError(`account must be one of ${offered.join(', ')}: ${picked}`)
  }
  const body = new URLSearchParams({ id, account: picked, decision })
  return new Request(unescapeHtml(action), { method: 'POST', body })
}

function textOf(html: string): string {
  const main = html.replace(/^[\s\S]*<main[^>]*>/, '').replace(/<footer>[\s\S]*/, '')
  return unescapeHtml(main.replaceAll(/<[^>]*>/g, ' '))
    .replaceAll(/\s+/g, ' ')
    .trim()
}

const characters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' }

function unescapeHtml(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name) => characters[name] ?? "'")
}
