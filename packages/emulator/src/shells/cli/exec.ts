import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Emulator } from '../../emulator.js'
import type { CertificateFiles } from './output.js'

/** Returns the variables that tell a command about the emulator, and how to trust it. */
export function variablesOf(
  { url }: Pick<Emulator, 'url'>,
  certificateFiles: CertificateFiles | undefined,
): Record<string, string> {
  return {
    CONNECTED_ACCOUNTS_EMULATOR_URL: url,
    ...(certificateFiles && {
      NODE_EXTRA_CA_CERTS: certificateFiles.certificate,
      SSL_CERT_FILE: certificateFiles.bundle,
    }),
  }
}

/**
 * Runs a command with more variables in its environment, and passes SIGTERM and SIGHUP on to it. A terminal sends SIGINT to both.
 *
 * @returns its exit code; 128 and the number of the signal if a signal ended it; 127 if there is no such command.
 */
export function execute(
  [command = '', ...args]: string[],
  variables: Record<string, string>,
): Promise<number> {
  const child = spawn(command, args, {
    stdio: 'inherit',
    env: { ...process.env, ...variables },
    // On Windows, npm and npx are scripts, which only a shell can run.
    shell: process.platform === 'win32',
  })
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  process.on('SIGINT', () => undefined)
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`)
      resolve(127)
    })
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    )
  })
}
