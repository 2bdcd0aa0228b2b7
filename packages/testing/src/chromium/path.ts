import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import chromium, { inflate, setupLambdaEnvironment } from '@sparticuz/chromium'

/**
 * Returns the path of a Chromium: `CHROME_PATH` if it is set, else the Chromium from npm (Linux x64), which needs no system
 * package. Returns `undefined` on other platforms: Playwright then uses an installed Chrome by its `channel`.
 */
export async function chromiumPath(): Promise<string | undefined> {
  if (process.env.CHROME_PATH) return process.env.CHROME_PATH
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  const path = await chromium.executablePath()
  if (!starts(path)) await inflateBundledLibraries()
  return path
}

function starts(path: string): boolean {
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false // a machine without libnss3 and libnspr4
  }
}

async function inflateBundledLibraries(): Promise<void> {
  const bin = new URL('../bin/al2023.tar.br', import.meta.resolve('@sparticuz/chromium'))
  await inflate(new URL('../bin/al2023.tar.br', bin).pathname)
  setupLambdaEnvironment(join(tmpdir(), 'al2023', 'lib'))
}
