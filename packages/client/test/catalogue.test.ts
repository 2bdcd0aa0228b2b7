import { readFile } from 'node:fs/promises'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import * as catalogue from '../src/catalogue/index.js'
import {
  type ConnectedAccount,
  connectionHealth,
  defineConnections,
  type Provider,
} from '../src/index.js'
import { start } from './flows.js'

const { google, googleWorkspace, github, slack } = catalogue
const calendar = 'https://www.googleapis.com/auth/calendar.readonly'
const providers = Object.entries<Provider>(catalogue)

test('a definition takes the connection, the label and the page to revoke from its provider', () => {
  const connections = defineConnections({ calendar: { provider: google, scopes: [calendar] } })
  expect(connections.calendar).toEqual({
    provider: google,
    connection: 'google-oauth2',
    label: 'Google',
    revokeUrl: 'https://myaccount.google.com/connections',
    scopes: [calendar],
  })
})

test('what a definition says itself wins over its provider', () => {
  const own = {
    provider: google,
    connection: 'acme-google',
    label: 'Google of Acme',
    revokeUrl: 'https://acme.example/revoke',
  }
  expect(defineConnections({ own })).toEqual({ own })
})

test('a definition without a provider stays the same object', () => {
  const code = { connection: 'github', scopes: ['repo'] }
  expect(defineConnections({ code }).code).toBe(code)
})

test('an enterprise connection needs its name, because the tenant chooses it', () => {
  // @ts-expect-error no connection
  const define = () => defineConnections({ work: { provider: googleWorkspace } })
  expect(define).toThrow(TypeError)
  expect(define).toThrow(/connections\.work .*`connection`.*Google Workspace/)
  const { work } = defineConnections({
    work: { provider: googleWorkspace, connection: 'acme-workspace' },
  })
  expect(work).toMatchObject({ connection: 'acme-workspace', label: 'Google Workspace' })
})

test('an application describes a provider that the catalogue lacks by an object of its own', () => {
  const acme: Provider = { name: 'Acme', strategy: 'oauth2', color: '#123456' }
  const { files } = defineConnections({ files: { provider: acme, connection: 'acme' } })
  expect(files).toEqual({ provider: acme, connection: 'acme', label: 'Acme' })
})

async function bodySent(options: Parameters<typeof start>[0]): Promise<unknown> {
  const { flow, sent } = start(options)
  await flow
  return sent()[0]?.json()
}

test('the scopes that a provider requires are added to those that are asked for', async () => {
  const connection = defineConnections({
    google: { provider: google, scopes: [calendar, 'openid'] },
  }).google
  expect(await bodySent({ connection })).toMatchObject({ scopes: [calendar, 'openid', 'profile'] })
  expect(await bodySent({ connection, scopes: ['email'] })).toMatchObject({
    scopes: ['email', 'openid', 'profile'],
  })
})

test('without scopes those of the connection apply, so none are added', async () => {
  const connection = defineConnections({ google: { provider: google } }).google
  expect(await bodySent({ connection })).not.toHaveProperty('scopes')
})

test('scopes that are no array are refused, whatever the provider requires', async () => {
  const connection = defineConnections({ google: { provider: google } }).google
  // @ts-expect-error not an array
  const { flow } = start({ connection, scopes: 'openid' })
  await expect(flow).rejects.toMatchObject({ code: 'invalid_request' })
})

const account: ConnectedAccount = {
  id: 'cac_google',
  connection: 'google-oauth2',
  access_type: 'offline',
  scopes: ['https://www.googleapis.com/auth/userinfo.profile', 'openid', calendar],
  created_at: '2026-11-02T09:30:00.000Z',
}

test('the scopes that a provider requires are never missing, because the list may show others for them', () => {
  const definitions = defineConnections({
    calendar: { provider: google, scopes: ['openid', 'profile', calendar] },
  })
  const byDefinition = connectionHealth(definitions.calendar, { accounts: [account] })
  expect(byDefinition).toMatchObject({ status: 'connected', missingScopes: [] })
  const byName = { accounts: [account], scopes: ['profile'] }
  expect(connectionHealth('google-oauth2', { ...byName, definitions }).status).toBe('connected')
  expect(connectionHealth('google-oauth2', byName).missingScopes).toEqual(['profile'])
  expect(connectionHealth(definitions.calendar, { accounts: [] }).missingScopes).toEqual([calendar])
})

test('a repair asks for the scopes that the provider requires, too, if it asks for any', () => {
  const { mail, any } = defineConnections({
    mail: { provider: google, scopes: ['email'] },
    any: { provider: google },
  })
  expect(connectionHealth(mail, { accounts: [] }).repairScopes).toEqual([
    'email',
    'openid',
    'profile',
  ])
  const byName = { accounts: [], definitions: { mail } }
  expect(connectionHealth('google-oauth2', byName).repairScopes).toEqual([
    'email',
    'openid',
    'profile',
  ])
  expect(connectionHealth(any, { accounts: [] }).repairScopes).toBeUndefined()
})

test.each(providers)(
  '%s has a name, a strategy, a colour, and an https page to revoke',
  (_, { name, strategy, color, revokeUrl = 'https:' }) => {
    expect(name).toMatch(/\S/)
    expect(strategy).toMatch(/^[a-z0-9-]+$/)
    expect(color).toMatch(/^#[0-9A-F]{6}$/)
    expect(revokeUrl).toMatch(/^https:/)
  },
)

test.each(providers)(
  '%s explains each scope that it requires, in words',
  (_, { requiredScopes = [], scopes = {} }) => {
    expect(Object.keys(scopes)).toEqual(expect.arrayContaining([...requiredScopes]))
    for (const words of Object.values(scopes)) expect(words).toMatch(/^[A-Z].*[^.]$/)
  },
)

test.each(providers)(
  '%s has a profile and a revocation only at https endpoints of the provider',
  (_, { profile, revocation }) => {
    for (const { url } of [profile, revocation].filter((endpoint) => endpoint !== undefined)) {
      expect(new URL(url)).toMatchObject({ protocol: 'https:', search: '', hash: '' })
    }
    if (profile) expect(profile.id).toMatch(/^\w+$/)
  },
)

test('the page of the providers says which of them can be named and revoked', async () => {
  const page = await readFile(new URL('../../../docs/providers.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  for (const [name, { profile, revocation }] of providers) {
    const cells = rows.find((line) => line.startsWith(`| \`${name}\``))?.split('|') ?? []
    expect([name, cells[8]?.trim(), cells[9]?.trim()]).toEqual([
      name,
      profile ? 'yes' : '',
      revocation ? 'yes' : '',
    ])
  }
})

test('the owners who do not allow it have no logo', () => {
  const without = providers.filter(([, { logo }]) => logo === undefined).map(([name]) => name)
  expect(without.sort()).toEqual([
    'amazon',
    'entraId',
    'freshBooks',
    'microsoft',
    'salesforce',
    'slack',
  ])
})

async function bundleOf(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    minify: true,
    platform: 'browser',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

test('an application that uses two providers bundles two of them, and no other logo', async () => {
  const bundle = await bundleOf(`
    import { github, slack } from '../dist/catalogue.js'
    console.log(github, slack)`)
  const bundled = providers.filter(([, { name }]) => bundle.includes(`name:"${name}"`))
  expect(bundled.map(([name]) => name).sort()).toEqual(['github', 'slack'])
  const logos = providers.filter(([, { logo }]) => logo && bundle.includes(logo))
  expect(logos.map(([name]) => name)).toEqual(['github'])
  expect([github.logo, slack.logo].map(Boolean)).toEqual([true, false])
})

test('defineConnections bundles no provider', async () => {
  const bundle = await bundleOf(`
    import { defineConnections } from '../dist/index.js'
    console.log(defineConnections)`)
  expect(providers.filter(([, { strategy }]) => bundle.includes(`"${strategy}"`))).toEqual([])
})

test('the page of the providers has a row for each, with what is added', async () => {
  const page = await readFile(new URL('../../../docs/providers.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  expect(rows.map((row) => row.split('`')[1])).toEqual(
    providers.map(([name]) => name).sort((one, other) => one.localeCompare(other)),
  )
  for (const [name, { connection = '', strategy, requiredScopes = [] }] of providers) {
    const row = rows.find((line) => line.startsWith(`| \`${name}\``))
    for (const text of [connection, strategy, ...requiredScopes]) expect(row).toContain(text)
  }
})
