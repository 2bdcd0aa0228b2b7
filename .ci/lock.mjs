// Checks that package-lock.json has an integrity for every package, on every platform, and names no registry.
import { readFileSync } from 'node:fs'

const { packages } = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
)

const faults = []
for (const [path, { link, integrity, resolved }] of Object.entries(packages)) {
  // Our own packages, and the links to them, have no tarball.
  if (link || !path.includes('node_modules/')) continue
  if (!integrity) faults.push(`${path} has no integrity.`)
  // .npmrc leaves the address out, so that npm ci installs from the registry that the machine uses.
  if (resolved) faults.push(`${path} comes from ${resolved}.`)
}
if (faults.length) {
  console.error(faults.join('\n'))
  console.error('To fix the lock file, see Dependencies in CONTRIBUTING.md.')
  process.exitCode = 1
}
