import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { defineConnections } from '@connected-accounts/client'
import { google } from '@connected-accounts/client/catalogue'
import type { Emulator } from '@connected-accounts/emulator'

/** The connection of the tests. */
export const connection = 'google-oauth2'

/** The user of the tests. */
export const user_id = 'auth0|alice'

/** The connections of an application, with the endpoints of the emulator's Google in place of Google's own. */
export function emulatedConnections({ url }: Emulator) {
  const issuer = `${url}/upstream/${connection}`
  return connectionsAt({ profile: `${issuer}/userinfo`, revocation: `${issuer}/revoke` })
}

/** The connections of an application whose Google is at these URLs. */
export function connectionsAt(
  { profile, revocation }: { profile: string; revocation: string },
  tokenIn: 'form' | 'header' = 'form',
) {
  const provider = {
    ...google,
    profile: { url: profile, id: 'sub', name: 'name', email: 'email', picture: 'picture' },
    revocation: { url: revocation, tokenIn },
  }
  return defineConnections({ google: { provider } })
}

/** A provider of the test: its URL, and the requests that it got. */
export interface ProviderServer {
  url: string
  requests: { path: string; method: string; authorization: string | undefined; body: string }[]
  /** How it answers from now on. */
  answer: (path: string, response: ServerResponse) => void
  close(): Promise<void>
}

/** Starts a provider that says whatever a test wants. */
export async function startProvider(): Promise<ProviderServer> {
  const server = createHttpServer(async (request, response) => {
    const { url: path = '', method = '', headers } = request
    const body = await textOf(request)
    provider.requests.push({ path, method, authorization: headers.authorization, body })
    provider.answer(path, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens at a port
  const provider: ProviderServer = {
    url: `http://127.0.0.1:${port}`,
    requests: [],
    answer: (_, response) => void response.end('{}'),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return provider
}

/** Answers with JSON. */
export function answerWith(value: unknown, status = 200): ProviderServer['answer'] {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}
