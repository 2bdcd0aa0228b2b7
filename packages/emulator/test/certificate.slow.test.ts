import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { buildCommand, endCommands, run } from '@connected-accounts/testing/machine/command'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'

let file: string

beforeAll(async () => {
  const main = new URL('../src/shells/cli/main.ts', import.meta.url)
  file = await buildCommand(main, 'certificate-test')
})
afterEach(endCommands)

// The flags that Python sets by itself since 3.13.
const program = `
import ssl, sys, urllib.request
context = ssl.create_default_context()
context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
with urllib.request.urlopen(sys.argv[1], context=context) as response:
    print(response.status)
`

const runPython = (url: string, env: Record<string, string>) =>
  promisify(execFile)('python3', ['-c', program, url], { env: { ...process.env, ...env } })

describe('Python with the flags of 3.13', () => {
  it('trusts the emulator with the SSL_CERT_FILE that it prints, and not without', async () => {
    const [line = ''] = await run(file, ['--port', '0', '--https', '--json']).lines(1)
    const { url, certificate_file, certificate_bundle } = JSON.parse(line)
    const page = `${url}/.well-known/openid-configuration`
    for (const SSL_CERT_FILE of [certificate_bundle, certificate_file]) {
      expect((await runPython(page, { SSL_CERT_FILE })).stdout).toBe('200\n')
    }
    await expect(runPython(page, {})).rejects.toThrow('CERTIFICATE_VERIFY_FAILED')
  })
})
