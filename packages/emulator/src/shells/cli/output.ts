import { optionsOfSdks } from '../../control/sdk-options.js'
import type { Emulator } from '../../emulator.js'
import { type Api, type Client, MY_ACCOUNT_AUDIENCE, type Tenant } from '../../tenant/tenant.js'

/** What the command prints about an emulator. */
export interface Announcement extends Pick<Emulator, 'url' | 'domains' | 'certificate'> {
  tenant: Pick<Tenant, 'apis' | 'clients' | 'users'>
  /** The path of the certificate's file, if there is one. */
  certificateFile: string | undefined
}

/** Returns one line of JSON for scripts, with the field names of the tenant. */
export function describeForScripts(announcement: Announcement): string {
  const { url, domains, certificate, certificateFile: certificate_file, tenant } = announcement
  const { clients, users } = tenant
  return JSON.stringify({
    url,
    domains,
    certificate,
    certificate_file,
    clients: clients.map(({ client_id, client_secret, app_type }) => ({
      client_id,
      client_secret,
      app_type,
    })),
    users: users.map(({ user_id, email, password }) => ({ user_id, email, password })),
  })
}

/** Returns the text for people: what to paste into an application, who can log in, and the options to pass to each SDK. */
export function describeForPeople({ url, domains, certificateFile, tenant }: Announcement): string {
  const options = optionsOfSdks(url, tenant.clients).map(
    ([name, code]) => `${name.padEnd(27)} ${code}`,
  )
  return `Emulated tenant: ${url}
Open it in a browser to see users, accounts and requests, and to set faults and switches.
For development only: these passwords and the key that signs the tokens are public.

${list('Domain', [[url], ...domains.slice(1).map((domain) => [domain, 'a custom domain'])])}
${list('Client ID', tenant.clients.map(describeClient))}
${audiences(url, tenant.apis)}
${list(
  'User',
  tenant.users.map(({ email, password }) => [email, `password: ${password}`]),
)}

${certificateFile === undefined ? '' : `${howToTrust(url, certificateFile)}\n\n`}${options.join('\n')}`
}

function describeClient({ client_id, client_secret, name }: Client): string[] {
  return [client_id, client_secret === undefined ? name : `${name}, secret: ${client_secret}`]
}

/** Returns the audiences that applications ask for, with their scopes: the application's APIs first, then the My Account API. */
function audiences(url: string, apis: Api[]): string {
  const isOwn = ({ identifier }: Api) => !identifier.startsWith('https://{domain}/')
  const myAccount = apis.filter(({ identifier }) => identifier === MY_ACCOUNT_AUDIENCE)
  const asked = [...apis.filter(isOwn), ...myAccount]
  return asked
    .flatMap(({ identifier, scopes }) => [
      list('Audience', [[identifier.replace('https://{domain}', url)]]),
      list('  Scopes', [[scopes.join(' ') || '(none)']]),
    ])
    .join('\n')
}

/** Returns the lines of a list: its label in front of the first one, and each row in columns. */
function list(label: string, rows: string[][]): string {
  const width = Math.max(...rows.map(([name = '']) => name.length))
  const lines = rows.map(([name = '', ...rest]) => [name.padEnd(width), ...rest].join('  '))
  return lines
    .map((line, index) => `${(index === 0 ? label : '').padEnd(11)}${line}`.trimEnd())
    .join('\n')
}

function howToTrust(url: string, file: string): string {
  return `Its certificate is valid until the emulator stops. To trust it:
NODE_EXTRA_CA_CERTS=${file} node app.js
curl --cacert ${file} ${url}/.well-known/openid-configuration`
}
