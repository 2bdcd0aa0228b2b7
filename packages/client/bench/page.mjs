// What Chromium runs: the whole request again, beside the fetcher of auth0-spa-js with a key of its own.
import { Auth0Client } from '@auth0/auth0-spa-js'
import { measure } from './measure.mjs'
import { createRequesters } from './requests.mjs'
import { accessToken } from './subject.mjs'

function createFetcher({ origin }) {
  const auth0 = new Auth0Client({ domain: origin, clientId: 'bench', useDpop: true })
  return auth0.createFetcher({
    baseUrl: origin,
    dpopNonceId: 'bench',
    getAccessToken: async () => ({ access_token: accessToken, token_type: 'DPoP' }),
  })
}

/** Times all of them; called from Node. */
globalThis.measureRequests = async (options) => {
  const fetcher = createFetcher(location)
  const requesters = await createRequesters(location.origin)
  return measure(
    {
      ...requesters,
      'auth0-spa-js: createFetcher().fetchWithAuth': async () =>
        (await fetcher.fetchWithAuth('/accounts')).json(),
    },
    options,
  )
}
