import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Emulator } from '../src/index.js'

const execute = promisify(execFile)

/** The values of the document's placeholders, by the name of the placeholder. */
export type Placeholders = Record<string, string>

/** What a command came to. */
export interface CommandOutcome {
  /** The HTTP status that curl saw. */
  status: number | undefined
  stdout: string
}

/** Fails with what is missing on this machine. */
export async function requirePrograms(...names: string[]): Promise<void> {
  for (const name of names) {
    await execute(name, ['--version']).catch(() => {
      throw new Error(`This test needs ${name}: install it, with apt-get install ${name} on Debian`)
    })
  }
}

/** The commands of Auth0's page on Connected Accounts, in their order. */
export async function readCommands(): Promise<string[]> {
  const text = await readFile(new URL('documented-commands.sh', import.meta.url), 'utf8')
  const [, ...commands] = text.split(/^## .*\n/m)
  return commands.map((command) => command.trim())
}

/** All that is changed of a command: the domain, the other placeholders, and the comment in the JSON of one. */
function fillIn(command: string, domain: string, placeholders: Placeholders): string {
  const known = Object.entries(placeholders).flatMap(([name, value]): [string, string][] => [
    [`<${name}>`, value],
    [`{${name}}`, value],
  ])
  const changes: [string, string][] = [
    ['{yourDomain}.us.auth0.com', domain],
    ['{yourDomain}', domain],
    [`\${account.namespace}`, domain],
    [' // any scopes passed overwrite the scopes you selected in the Auth0 Dashboard', ''],
    ...known,
  ]
  return changes.reduce((text, [from, to]) => text.replaceAll(from, () => to), command)
}

/** Runs the document's commands in bash against an emulator that speaks https. `open` prints the URL that a browser is to open. */
export async function createShell({ url, certificate = '' }: Emulator) {
  const domain = new URL(url).host
  const home = await mkdtemp(join(tmpdir(), 'curl-'))
  const bundle = join(home, 'ca.pem')
  await writeFile(bundle, certificate)
  // What the commands do not print themselves.
  await writeFile(join(home, '.curlrc'), 'write-out = "%{stderr}\\nstatus %{http_code}\\n"\n')
  const env = { ...process.env, DOMAIN: domain, CURL_CA_BUNDLE: bundle, CURL_HOME: home }
  const run = async (command: string, placeholders: Placeholders): Promise<CommandOutcome> => {
    const filled = fillIn(command, domain, placeholders)
    const script = `open() { printf '%s' "$1"; }\n${filled}`
    const { stdout, stderr } = await execute('bash', ['-c', script], { env })
    const status = /^status (\d+)$/m.exec(stderr)?.[1]
    return { status: status === undefined ? undefined : Number(status), stdout }
  }
  return { run, close: () => rm(home, { recursive: true }) }
}
