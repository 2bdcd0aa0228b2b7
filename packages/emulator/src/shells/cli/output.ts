import { optionsOfSdks } from '../../control/sdk-options.js'
import type { Emulator } from '../../emulator.js'
import { type Api, type Client, MY_ACCOUNT_AUDIENCE, type Tenant } from '../../tenant/tenant.js'

/** What the command prints about an emulator. */
export interface Announcement extends Pick<Emulator, 'url' | 'domains' | 'certificate'> {
  tenant: Pick<Tenant, 'apis' | 'clients' | 'users'>
  /** The paths of the certificate's files, if there is one. */
  certificateFiles?: CertificateFiles
  /** The address that the emulator listens on, if it is not that of `url`. */
  address?: string
  /** What was imported, and from where. */
  imported?: string
  /** The file of `--export-on-exit`. */
  exportFile?: string | undefined
}

/** The files for programs that must trust the emulator. */
export interface CertificateFiles {
  /** Only the certificate of the emulator's authority. */
  certificate: string
  /** The same certificate together with the authorities that this machine trusts. */
  bundle: string
}

/** Returns one line of JSON for scripts, with the field names of the tenant. */
export function describeForScripts(announcement: Announcement): string {
  const { url, domains, certificate, certificateFiles, tenant } = announcement
  const { clients, users } = tenant
  return JSON.stringify({
    url,
    domains,
    certificate,
    certificate_file: certificateFiles?.certificate,
    certificate_bundle: certificateFiles?.bundle,
    clients: clients.map(({ client_id, client_secret, app_type }) => ({
      client_id,
      client_secret,
      app_type,
    })),
    users: users.map(({ user_id, email, password }) => ({ user_id, email, password })),
  })
}

/** Returns the text for people: what to paste into an application, who can log in, and the options to pass to each SDK. */
export function describeForPeople({
  url,
  domains,
  certificateFiles,
  tenant,
  address,
  imported,
  exportFile,
}: Announcement): string {
  const options = optionsOfSdks(url, tenant.clients).map(
    ([name, code]) => `${name.padEnd(27)} ${code}`,
  )
  return `Emulated tenant: ${url}${address === undefined ? '' : ` (listening on ${address})`}
Open it in a browser to see users, accounts and requests, and to set faults and switches.
For development only: these passwords and the key that signs the tokens are public.
${imported === undefined ? '' : `Imported from ${imported}\n`}
${list('Domain', [[url], ...domains.slice(1).map((domain) => [domain, 'a custom domain'])])}
${list('Client ID', tenant.clients.map(describeClient))}
${audiences(url, tenant.apis)}
${list(
  'User',
  tenant.users.map(({ email, password }) => [email, `password: ${password}`]),
)}

${certificateFiles === undefined ? '' : `${howToTrust(url, certificateFiles)}\n\n`}To paste into your application:
${options.join('\n')}

${howItEnds(exportFile)}
Each connect, complete, exchange and delete is printed below.`
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
    .flatMap(({ identifier, name, scopes }) => [
      list('Audience', [[identifier.replace('https://{domain}', url), name]]),
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

function howItEnds(exportFile: string | undefined): string {
  if (exportFile !== undefined)
    return `Press Ctrl+C to stop. Users and accounts are then exported to ${exportFile}`
  return 'Press Ctrl+C to stop. Users and accounts are then gone, unless you start with --export-on-exit <file>.'
}

function howToTrust(url: string, { certificate, bundle }: CertificateFiles): string {
  const rows = [
    ['Node', `NODE_EXTRA_CA_CERTS=${certificate} node app.js`],
    ['Python, Go, Ruby', `SSL_CERT_FILE=${bundle} python3 app.py`],
    [
      'Java',
      `keytool -importcert -noprompt -alias emulator -file ${certificate} -keystore trust.p12 -storepass changeit`,
    ],
    [
      '',
      'java -Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit App.java',
    ],
    ['curl', `curl --cacert ${certificate} ${url}/.well-known/openid-configuration`],
  ]
  const lines = rows.map(([program = '', command]) => `${program.padEnd(17)}${command}`)
  return `Its certificate is valid until the emulator stops. To make a program trust it:
${lines.join('\n')}
SSL_CERT_FILE replaces the certificates of this machine, so bundle.pem has them too.`
}
