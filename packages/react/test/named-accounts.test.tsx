import {
  type AccountLabels,
  type IdentifiableAccount,
  type IdentifyAccount,
  localStorageAccountLabels,
  sessionStorageTransactions,
  startConnect,
} from '@connected-accounts/client'
import {
  useAccountLabel,
  useConnectAccount,
  useConnectCallback,
  useDisconnectAccount,
} from '@connected-accounts/react'
import { beforeEach, expect, test } from 'vitest'
import { renderHook } from 'vitest-browser-react'
import { consent, createTestBed, type TestBed, withEmulator } from './support.js'

withEmulator()
beforeEach(() => localStorage.clear())

const alice = 'auth0|alice'
const hint = 'alice@google.example'
const profile = {
  label: 'Alice at home',
  email: 'alice@google.example',
  picture: 'https://images.example/alice.png',
  loginHint: 'alice@google.example',
}

interface Given {
  loginHint?: string
  reconnectAccountId?: string
  identify?: IdentifyAccount | undefined
  accountLabels?: AccountLabels
  bed?: TestBed
}

/** Comes back from a flow by redirect, and renders the page of the callback. */
async function comeBack({
  loginHint,
  reconnectAccountId,
  identify,
  accountLabels = localStorageAccountLabels(),
  bed = createTestBed(),
}: Given) {
  const { url } = await startConnect(bed.client, {
    connection: 'google-oauth2',
    redirectUri: `${window.location.origin}/`,
    transactions: sessionStorageTransactions(),
    user: alice,
    reconnectAccountId,
    authorizationParams: loginHint === undefined ? undefined : { login_hint: loginHint },
  })
  window.history.replaceState(null, '', await consent(url))
  const { page: Page } = bed
  let user: 'alice' | 'nobody' = 'alice'
  const rendered = await renderHook(
    () => {
      const callback = useConnectCallback()
      const disconnect = useDisconnectAccount()
      return { callback, disconnect, ...useAccountLabel(callback.account?.id ?? '') }
    },
    {
      wrapper: (props) => <Page {...props} {...{ user, accountLabels, identify }} />,
    },
  )
  const { result, rerender } = rendered
  await expect.poll(() => result.current.callback.status).toBe('success')
  const id = String(result.current.callback.account?.id)
  const logOut = () => {
    user = 'nobody'
    return rerender()
  }
  return { result, accountLabels, id, logOut }
}

/** An identify that a test answers when it likes. */
function slowIdentify() {
  let answer: (label: Awaited<ReturnType<IdentifyAccount>>) => void = () => {}
  const asked: IdentifiableAccount[] = []
  const identify: IdentifyAccount = (account) => {
    asked.push(account)
    return new Promise((resolve) => (answer = resolve))
  }
  return { identify, asked, answer: () => answer(profile) }
}

test('a flow with a login_hint names its account by it', async () => {
  const { result, accountLabels, id } = await comeBack({ loginHint: hint })
  await expect.poll(() => result.current.label).toEqual({ label: hint, loginHint: hint })
  expect(await accountLabels.get(alice, id)).toEqual({ label: hint, loginHint: hint })
})

test('a flow without a login_hint names nothing', async () => {
  const { result, accountLabels, id } = await comeBack({})
  await new Promise((resolve) => requestAnimationFrame(resolve))
  expect(result.current.label).toBeUndefined()
  expect(await accountLabels.get(alice, id)).toBeUndefined()
})

test('identify names the account, and gets the login_hint of the flow', async () => {
  const { identify, asked, answer } = slowIdentify()
  const { result, id } = await comeBack({ loginHint: hint, identify })
  await expect.poll(() => asked).toEqual([{ id, connection: 'google-oauth2', loginHint: hint }])
  answer()
  await expect.poll(() => result.current.label).toEqual(profile)
})

test('a flow in an auth session names its account, too', async () => {
  const bed = createTestBed()
  const { page: Page } = bed
  const accountLabels = localStorageAccountLabels()
  const redirectUri = `${window.location.origin}/`
  const exits = { redirectUri, openUrl: (url: string) => consent(url) }
  const { result } = await renderHook(
    () => {
      const connect = useConnectAccount({ mode: 'session' })
      return { ...connect, label: useAccountLabel(connect.data?.account.id ?? '').label }
    },
    {
      wrapper: (props) => <Page {...props} exits={exits} accountLabels={accountLabels} />,
    },
  )
  const authorizationParams = { login_hint: hint }
  result.current.connect({ connection: 'google-oauth2', authorizationParams })
  await expect.poll(() => result.current.label).toEqual({ label: hint, loginHint: hint })
})

test('what the person wrote is never overwritten, and the fields that it lacks are added', async () => {
  const { identify, asked, answer } = slowIdentify()
  const { result } = await comeBack({ identify })
  await expect.poll(() => asked).toHaveLength(1)
  result.current.setLabel({ label: 'Mine' })
  await expect.poll(() => result.current.label).toEqual({ label: 'Mine' })
  answer()
  await expect.poll(() => result.current.label).toEqual({ ...profile, label: 'Mine' })
})

test('an account whose loginHint is known is not asked for again', async () => {
  const { identify, asked } = slowIdentify()
  const bed = createTestBed()
  const first = await comeBack({ loginHint: hint, bed })
  await expect.poll(() => first.result.current.label).toBeDefined()
  const again = await comeBack({ identify, bed, reconnectAccountId: first.id })
  await expect.poll(() => again.result.current.label).toEqual({ label: hint, loginHint: hint })
  expect(again.id).toBe(first.id)
  expect(asked).toEqual([])
})

test('the login_hint of a repair names no other account that the person chose', async () => {
  const { identify, asked } = slowIdentify()
  const named = await comeBack({ loginHint: hint, reconnectAccountId: 'cac_other' })
  const other = await comeBack({ loginHint: hint, reconnectAccountId: 'cac_other', identify })
  await expect.poll(() => asked).toEqual([{ id: other.id, connection: 'google-oauth2' }])
  expect(await named.accountLabels.get(alice, named.id)).toBeUndefined()
})

test.for([
  ['fails', () => Promise.reject(new Error('No server.'))],
  ['knows nobody', async () => undefined],
  ['returns a picture over http', async () => ({ ...profile, picture: 'http://a.example/' })],
] as [string, IdentifyAccount][])(
  'if identify %s, the account is connected and has no label',
  async ([, identify]) => {
    const { result, accountLabels, id } = await comeBack({ loginHint: hint, identify })
    await new Promise((resolve) => requestAnimationFrame(resolve))
    expect(result.current.callback.status).toBe('success')
    expect(await accountLabels.get(alice, id)).toBeUndefined()
  },
)

test('only the fields of a label are kept of what identify returns', async () => {
  const careless: IdentifyAccount = async () => Object.assign({ accessToken: 'a-token' }, profile)
  const { result } = await comeBack({ identify: careless })
  await expect.poll(() => result.current.label).toEqual(profile)
  expect(JSON.stringify(localStorage)).not.toContain('a-token')
})

test('a name that arrives after the logout is not kept', async () => {
  const { identify, asked, answer } = slowIdentify()
  const { logOut } = await comeBack({ identify })
  await expect.poll(() => asked).toHaveLength(1)
  await logOut()
  answer()
  await new Promise((resolve) => requestAnimationFrame(resolve))
  expect(localStorage.getItem('connected-accounts.labels')).toBeNull()
})

test('a name that arrives after the disconnect is not kept', async () => {
  const { identify, asked, answer } = slowIdentify()
  const { result, accountLabels, id } = await comeBack({ identify })
  await expect.poll(() => asked).toHaveLength(1)
  result.current.disconnect.mutate(id)
  await expect.poll(() => result.current.disconnect.isSuccess).toBe(true)
  answer()
  await new Promise((resolve) => requestAnimationFrame(resolve))
  expect(await accountLabels.get(alice, id)).toBeUndefined()
})
