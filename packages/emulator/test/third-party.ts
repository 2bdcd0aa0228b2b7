import type { ConsentAnswer } from '@connected-accounts/testing/person/consent'
import {
  authorizationUrl,
  claims,
  exchangeCode,
  type Login,
  type Tokens,
} from '@connected-accounts/testing/person/login'
import {
  type Browser,
  createBrowser,
  type Visit,
} from '@connected-accounts/testing/person/plain-browser'

const verifier = 'v'.repeat(43)

/** Sends an authorization request. Returns the last page before the person does anything. */
export function visitAuthorize(
  login: Login,
  params: Record<string, string> = {},
  browser: Browser = createBrowser(login.emulator.url),
): Promise<Visit> {
  return browser.visit(
    authorizationUrl({ ...login, verifier, params: { ...login.params, ...params } }),
  )
}

/** The words on the buttons of a page. */
export function buttonsOf({ page }: Visit): string[] {
  const buttons = (page?.html ?? '').matchAll(/<button[^>]*>(.*?)<\/button>/gs)
  const words = [...buttons].map(([, html = '']) => html.replaceAll(/<[^>]*>|\s+/g, ' '))
  return words.map((text) => text.replaceAll(/ +/g, ' ').trim())
}

/** The scopes that the third party of this consent page was asked for. */
export function askedScopes({ url }: Visit): string[] {
  return url.searchParams.get('scope')?.split(' ') ?? []
}

/** Submits the consent page of a third party. */
export function answerConsent(
  browser: Browser,
  visit: Visit,
  { decision = 'allow', account }: ConsentAnswer = {},
): Promise<Visit> {
  const picked = /value="([^"]+)" required checked/.exec(visit.page?.html ?? '')?.[1] ?? ''
  return browser.submit(visit, { decision, account: account ?? picked })
}

/** Logs in with `connection` at `/authorize`, as the first account of the third party unless told otherwise. */
export async function logInThrough(
  login: Login,
  connection: string,
  answer: ConsentAnswer = {},
): Promise<Tokens & { userId: string }> {
  const browser = createBrowser(login.emulator.url)
  const consent = await visitAuthorize(login, { connection }, browser)
  const { url } = await answerConsent(browser, consent, answer)
  const code = url.searchParams.get('code') ?? ''
  const { status, body } = await exchangeCode({ ...login, code, verifier })
  if (status !== 200) throw new Error(`${url.href} became ${JSON.stringify(body)}`)
  return { ...body, userId: claims(body.id_token).sub ?? '' }
}
