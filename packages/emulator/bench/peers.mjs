// The two peers, each as bare as a login by code with PKCE allows. Run alone: `node peers.mjs <name>` prints its address.
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

const redirectUri = 'http://localhost:3000/callback'

/** oidc-provider with its in-memory adapter, RS256 JWTs, a login form of two lines, and no consent page. */
export async function startBareProvider() {
  console.warn = console.info = () => {} // it tells what is missing for production
  const { default: Provider, interactionPolicy } = await import('oidc-provider')
  const server = createServer()
  const url = await listen(server)
  const policy = interactionPolicy.base()
  policy.get('consent')?.checks.clear()
  const provider = new Provider(`${url}/`, {
    clients: [
      {
        client_id: 'spa',
        token_endpoint_auth_method: 'none',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        application_type: 'native',
      },
    ],
    features: { devInteractions: { enabled: false } },
    interactions: { policy, url: (_ctx, { uid }) => `/login/${uid}` },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    async loadExistingGrant(ctx) {
      const { client, account, requestParamScopes } = ctx.oidc
      const grant = new provider.Grant({ clientId: client.clientId, accountId: account.accountId })
      grant.addOIDCScope([...requestParamScopes].join(' '))
      await grant.save()
      return grant
    },
  })
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/login/')) return next()
    await provider.interactionDetails(ctx.req, ctx.res)
    if (ctx.method === 'GET') {
      ctx.type = 'html'
      ctx.body = `<form method="post" action="${ctx.path}"><input name="username"><input name="password"></form>`
      return
    }
    const login = { accountId: 'alice' }
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, { login }))
    ctx.status = 303
  })
  server.on('request', provider.callback())
  // Without this prompt it gives no refresh token.
  const paths = { authorize: '/auth', token: '/token', prompt: 'consent' }
  return { url, ...paths, close: () => server.close() }
}

/** oauth2-mock-server, which answers `/authorize` with a code at once: no login, no session, no PKCE to verify. */
export async function startMockServer() {
  const { OAuth2Server } = await import('oauth2-mock-server')
  const server = new OAuth2Server()
  await server.issuer.keys.generate('RS256')
  await server.start(0, 'localhost')
  const { port } = server.address()
  const url = `http://localhost:${port}`
  return { url, authorize: '/authorize', token: '/token', close: () => server.stop() }
}

function listen(server) {
  return new Promise((resolve) => {
    server.listen(0, 'localhost', () => resolve(`http://localhost:${server.address().port}`))
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const start = { 'oidc-provider': startBareProvider, 'oauth2-mock-server': startMockServer }
  console.log((await start[process.argv[2]]()).url)
}
