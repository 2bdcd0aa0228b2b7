import { expect, test } from 'vitest'
import {
  type ExchangeConnectionTokenOptions,
  exchangeConnectionToken,
  signTokenVaultRequest,
} from '../src/tokens/token-vault.js'
import { json, observedFetch, rejection } from './observed-client.js'

const exchange: ExchangeConnectionTokenOptions = {
  domain: 'tenant.example.test',
  clientId: 'api',
  clientAuth: { clientSecret: 'secret' },
  subjectToken: 'subject',
  subjectTokenType: 'access_token',
  connection: 'github',
}

test('a page may not exchange with a secret, and nothing is sent', async () => {
  const { fetch, requests } = observedFetch(json(200, { access_token: 'at', token_type: 'Bearer' }))
  const error = await rejection(exchangeConnectionToken({ ...exchange, fetch }))
  expect(String(error)).toContain('exchangeConnectionToken needs a secret of the client')
  expect(requests).toHaveLength(0)
  const { privateKey } = await crypto.subtle.generateKey(
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign', 'verify'],
  )
  const { domain, clientId } = exchange
  const request = { domain, clientId, privateKey, user: 'auth0|alice', auditContext: 'test' }
  expect(String(await rejection(signTokenVaultRequest(request)))).toContain('not in a browser')
})

test("a page's worker may not, either", async () => {
  const source = new URL('../src/tokens/token-vault.ts', import.meta.url).href
  const script = `import { exchangeConnectionToken } from '${source}'
    exchangeConnectionToken(${JSON.stringify(exchange)}).then(String, String).then(postMessage)`
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
  const worker = new Worker(url, { type: 'module' })
  const message = new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data)
  })
  expect(await message).toContain('exchangeConnectionToken needs a secret of the client')
  worker.terminate()
})
