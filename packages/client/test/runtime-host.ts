import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Emulator } from '@connected-accounts/emulator'
import { browse } from '@connected-accounts/testing/person/consent'
import { loginWithCode, redirectUri } from '@connected-accounts/testing/person/login'
import { exportJWK } from 'jose'

/**
 * What the suite in `runtimes/` needs from outside its runtime: a session, a person who consents, and a page that runs
 * the script at this path.
 */
export async function startHost(emulator: Emulator, script: string) {
  const server = createServer(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    if (request.url === '/session') response.end(JSON.stringify(await newSession(emulator)))
    else if (request.url === '/consent') response.end(await consent(await textOf(request)))
    else response.setHeader('content-type', 'text/html').end(await pageWith(script))
  }).listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  return { url: `http://localhost:${port}`, close: () => server.close() }
}

async function pageWith(script: string): Promise<string> {
  return `<!doctype html><script type="module">${await readFile(script, 'utf8')}</script>`
}

/** Alice, with 45 accounts and nothing left of the runtime before. */
async function newSession(emulator: Emulator) {
  emulator.reset()
  await emulator.seed({ user_id: 'auth0|alice', connection: 'github', count: 45 })
  const es256 = { name: 'ECDSA', namedCurve: 'P-256' }
  const keyPair = await crypto.subtle.generateKey(es256, true, ['sign', 'verify'])
  const { spa, api } = emulator.clients
  const { refresh_token } = await loginWithCode({ emulator, client: spa })
  const { audience, ...apiClient } = api
  const forApi = await loginWithCode({ emulator, client: spa, audience, scope: 'read:calendar' })
  return {
    domain: emulator.url,
    accessToken: await accessToken(emulator),
    spa: { clientId: spa.clientId, refreshToken: refresh_token },
    api: { ...apiClient, accessToken: forApi.access_token },
    bound: {
      accessToken: await accessToken(emulator, keyPair),
      privateKey: await exportJWK(keyPair.privateKey),
      publicKey: await exportJWK(keyPair.publicKey),
    },
  }
}

async function accessToken(emulator: Emulator, dpop?: CryptoKeyPair): Promise<string> {
  const verbs = ['create', 'read', 'delete']
  const { access_token } = await loginWithCode({
    emulator,
    client: emulator.clients.spa,
    audience: `${emulator.url}/me/`,
    scope: verbs.map((verb) => `${verb}:me:connected_accounts`).join(' '),
    ...(dpop && { dpop }),
  })
  return access_token
}

async function consent(body: string): Promise<string> {
  const { url, decision } = JSON.parse(body)
  const send = (request: Request) => fetch(request, { redirect: 'manual' })
  const stop = (location: string) => location.startsWith(redirectUri)
  return (await browse(send, url, { decision, stop })).href
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts).toString()
}
