#!/usr/bin/env node
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import tls from 'node:tls'
import { parseArgs } from 'node:util'
import { readPublicUrl } from '../../control/check-options.js'
import { createEmulator, type Emulator } from '../../emulator.js'
import { isLoopback } from '../../http/server.js'
import { logLine } from '../../logs/log-line.js'
import { once } from '../../memory/once.js'
import type { Snapshot } from '../../snapshot/snapshot.js'
import { credentialFlaw } from '../../tenant/client-credentials.js'
import { readTenant } from '../../tenant/read-tenant.js'
import { type Config, readConfig } from './config-file.js'
import { execute, variablesOf } from './exec.js'
import {
  type Announcement,
  type CertificateFiles,
  describeForPeople,
  describeForScripts,
} from './output.js'
import { describeSnapshot, openSnapshot, writeSnapshot } from './snapshot-file.js'

const help = `Usage: connected-accounts-emulator [options]
       connected-accounts-emulator [options] exec -- <command>

Emulates an Auth0 tenant on this machine: login, My Account API, Token Vault and third parties to connect.
For development and tests only.

  --port <port>    The port to listen on: 4400 by default, 0 takes any free port.
  --host <host>    The address to listen on: localhost by default. 0.0.0.0 lets the whole network in.
  --https          Serves https only, with a new certificate, and prints how to trust it.
  --public-url <origin>
                   The origin at which callers reach the emulator, such as http://emulator:4400 in a network of containers
                   or https://auth.example.test behind a proxy. The issuer and all URLs begin with it.
  --trust-proxy    Believes X-Forwarded-Host and X-Forwarded-For. Only with --public-url.
  --config <file>  The tenant: a JSON file, or a JavaScript or TypeScript module that exports "tenant" or a default.
                   A module can also export "actions".
  --export-on-exit <file>
                   When the emulator stops, writes the tenant with its users and connected accounts to this file.
  --import <file>  Starts from such a file. Not with --config. If --export-on-exit names the same file, it may be missing.
  --json           Prints JSON: one line with url, domains, certificate, clients and users, then one line for each event
                   of the tenant log.
  --help           Prints this help.

With exec, runs a command such as "npm test" while the emulator runs, and prints nothing itself. The command finds the emulator's
address in the variable CONNECTED_ACCOUNTS_EMULATOR_URL. With --https, NODE_EXTRA_CA_CERTS and SSL_CERT_FILE make it trust the
certificate. The exit code is that of the command.

Without exec, prints a line for each connect, complete, exchange and delete. On a terminal, failures are red unless NO_COLOR is set.
Exit codes: 0 after SIGINT, SIGTERM or SIGHUP; 1 if the emulator cannot start or the export fails; 2 if an option is wrong.
`

const options = {
  port: { type: 'string', default: '4400' },
  host: { type: 'string', default: 'localhost' },
  https: { type: 'boolean', default: false },
  'public-url': { type: 'string' },
  'trust-proxy': { type: 'boolean', default: false },
  config: { type: 'string' },
  'export-on-exit': { type: 'string' },
  import: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

await run().catch(fail)

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function run(): Promise<void> {
  const values = readArguments()
  if (!values) return
  if (values.help) return void process.stdout.write(help)
  const { host, https, json, command } = values
  const { 'public-url': publicUrl, 'trust-proxy': trustProxy, 'export-on-exit': to } = values
  const snapshot = await openSnapshot({ from: values.import, to })
  const { tenant, actions } = await readConfigOf(values.config, snapshot)
  const emulator = await createEmulator({
    port: Number(values.port),
    host,
    https,
    trustProxy,
    ...(publicUrl !== undefined && { publicUrl }),
    ...(snapshot ? { snapshot } : { tenant }),
    actions,
  })
  const { certificate } = emulator
  const certificateFiles = certificate ? await writeCertificate(certificate) : undefined
  const stop = once(async () => {
    await emulator.close()
    if (certificateFiles) await rm(dirname(certificateFiles.certificate), { recursive: true })
    if (to !== undefined) await exportTo(to, emulator, { isQuiet: json || command !== undefined })
  })
  if (!isLoopback(host)) {
    const warning = `anyone who can reach this machine at ${host} can log in as any user, without a password`
    console.error(`Warning: ${warning}.`)
  }
  if (command) {
    process.exitCode = await execute(command, variablesOf(emulator, certificateFiles))
    return stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void stop().catch(fail))
  }
  const told: Announcement = {
    ...{ ...emulator, tenant, exportFile: to },
    ...(publicUrl !== undefined && values.port !== '0' && { address: `${host}:${values.port}` }),
    ...(snapshot && { imported: `${values.import}: ${describeSnapshot(snapshot)}` }),
    ...(certificateFiles && { certificateFiles }),
  }
  console.log(json ? describeForScripts(told) : `${describeForPeople(told)}\n`)
  const color = process.stdout.isTTY && !process.env.NO_COLOR
  // A script that only reads the first line may close the pipe, which is not an error.
  process.stdout.on('error', () => undefined)
  emulator.onLog((log) => console.log(json ? JSON.stringify(log) : logLine(log, { color })))
}

async function readConfigOf(
  file: string | undefined,
  snapshot: Snapshot | undefined,
): Promise<Config> {
  if (file !== undefined) return readConfig(file)
  return { tenant: snapshot?.tenant ?? readTenant(undefined, { credentialFlaw }), actions: {} }
}

async function exportTo(
  file: string,
  emulator: Pick<Emulator, 'snapshot'>,
  { isQuiet }: { isQuiet: boolean },
): Promise<void> {
  const snapshot = emulator.snapshot()
  await writeSnapshot(file, snapshot)
  if (!isQuiet) console.log(`Exported to ${file}: ${describeSnapshot(snapshot)}`)
}

// A new directory, so that no other user of the machine can put another file in its place.
async function writeCertificate(certificate: string): Promise<CertificateFiles> {
  const directory = await mkdtemp(join(tmpdir(), 'connected-accounts-emulator-'))
  const files = {
    certificate: join(directory, 'certificate.pem'),
    bundle: join(directory, 'bundle.pem'),
  }
  await writeFile(files.certificate, certificate)
  await writeFile(files.bundle, [certificate, ...trustedCertificates()].join('\n'))
  return files
}

// Node has its own list. Only newer versions of Node can also read the machine's, which has the authorities of a company.
function trustedCertificates(): string[] {
  const known = 'getCACertificates' in tls ? tls.getCACertificates('system') : []
  return [...new Set([...tls.rootCertificates, ...known])]
}

/** Returns the options, and with exec the command. If one is wrong, prints the error, sets the exit code, and returns undefined. */
function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
      throw new TypeError('--port must be an integer from 0 to 65535')
    }
    readPublicUrl(values['public-url'], values['trust-proxy'])
    if (values.import !== undefined && values.config !== undefined) {
      throw new TypeError('--config must be left out with --import, whose file has the tenant')
    }
    return { ...values, command: commandOf(positionals) }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
    return undefined
  }
}

function commandOf([first, ...command]: string[]): string[] | undefined {
  if (first === undefined) return undefined
  if (first !== 'exec') throw new TypeError(`Unexpected argument '${first}'. See --help`)
  if (command.length > 0) return command
  throw new TypeError('exec needs a command, like: connected-accounts-emulator exec -- npm test')
}
