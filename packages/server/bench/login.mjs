// A login in a new browser. Run alone, the first one of a process: `node login.mjs <name> <tenant> <directory of the SDKs>`.
import { createRequire } from 'node:module'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { fillInForms } from '@connected-accounts/testing/person/forms'
import { createNextjs, createOurs, createServerJs } from './applications.mjs'
import { timed } from './measure.mjs'

/** The applications by the name of what they are made with, for a tenant whose certificate is trusted from now on. */
export function readyApplications(tenant, directory) {
  setDefaultCACertificates([...getCACertificates('default'), tenant.certificate])
  const load = createRequire(`${directory}/package.json`)
  return {
    ours: () => createOurs(tenant),
    'auth0-server-js': () => createServerJs(tenant, load('@auth0/auth0-server-js')),
    'nextjs-auth0': () =>
      createNextjs(tenant, { ...load('next/server'), ...load('@auth0/nextjs-auth0/server') }),
  }
}

/**
 * Logs in up to the token for an API. Answers the browser's cookies, and how long the application took: not the person, nor
 * the tenant's pages.
 */
export async function logIn(application, { url }) {
  const cookies = new Map()
  const [authorizeUrl, before] = await timed(() => application.start(cookies))
  const callback = await fillInForms(url, authorizeUrl)
  const [token, after] = await timed(async () => {
    await application.complete(cookies, callback)
    return application.accessToken(cookies)
  })
  if (typeof token !== 'string') throw new Error('The login gave no token')
  return { cookies, spent: before + after }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, json, directory] = process.argv.slice(2)
  const tenant = JSON.parse(json)
  const application = readyApplications(tenant, directory)[name]()
  await (await fetch(tenant.url)).text() // Node loads its own fetch and TLS at the first request
  const { spent } = await logIn(application, tenant)
  console.log(spent)
}
