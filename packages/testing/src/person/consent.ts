/** A person's choice on the consent page. */
export interface ConsentAnswer {
  decision?: 'allow' | 'cancel'
  /** The address of the account to pick. By default, the preselected account. */
  account?: string
}

type Fetch = (request: Request) => Promise<Response>

/**
 * Follows redirects from `url`, and fills in consent pages on the way.
 *
 * @returns The first redirect target that `stop` accepts.
 */
export async function browse(
  fetch: Fetch,
  url: string | URL,
  { decision = 'allow', account, stop }: ConsentAnswer & { stop: (url: string) => boolean },
): Promise<URL> {
  let request = new Request(url)
  for (let step = 0; step < 10; step += 1) {
    const response = await fetch(request)
    const location = response.headers.get('location')
    if (location && stop(location)) return new URL(location)
    if (location) request = new Request(new URL(location, request.url))
    else request = await answerConsent(response, { decision, ...(account && { account }) })
  }
  throw new Error('The redirects do not end')
}

async function answerConsent(response: Response, answer: ConsentAnswer): Promise<Request> {
  const text = await response.text()
  const action = /<form method="post" action="([^"]+)"/.exec(text)?.[1]
  if (!action) throw new Error(`No form in the answer ${response.status}: ${text.slice(-400)}`)
  const picked = /value="([^"]+)" required checked/.exec(text)?.[1] ?? ''
  const body = new URLSearchParams({
    id: /name="id" value="([^"]+)"/.exec(text)?.[1] ?? '',
    account: answer.account ?? picked,
    decision: answer.decision ?? 'allow',
  })
  return new Request(action, { method: 'POST', body })
}
