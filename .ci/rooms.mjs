// Checks what dependency-cruiser cannot see of the rooms in packages/rooms.mjs: their names, their size, and 'use client'.
import { readdirSync, readFileSync } from 'node:fs'
import { orders } from '../packages/rooms.mjs'

const MAX_FILES = 12
const packages = new URL('../packages/', import.meta.url)
const read = (folder) => readdirSync(new URL(folder, packages), { withFileTypes: true })

const faults = Object.entries(orders).flatMap(([name, lines]) => {
  const rooms = ['index', 'internal', ...lines.flat()]
  return read(`${name}/src`)
    .filter((entry) => !rooms.includes(entry.name.replace(/[.]tsx?$/, '')))
    .map((entry) => `packages/${name}/src/${entry.name} has no place in packages/rooms.mjs.`)
})
for (const name of [...Object.keys(orders), 'testing']) checkSize(`${name}/src`)
for (const { name } of read('react/src/queries')) {
  const text = readFileSync(new URL(`react/src/queries/${name}`, packages), 'utf8')
  if (/['"]use client['"]/.test(text)) {
    faults.push(
      `packages/react/src/queries/${name} has 'use client': queries also run on a server.`,
    )
  }
}

for (const fault of faults) console.error(fault)
process.exitCode = faults.length ? 1 : 0

/** Checks a folder and the folders in it. */
function checkSize(folder) {
  const entries = read(folder)
  const files = entries.filter((entry) => entry.isFile())
  if (files.length > MAX_FILES) {
    faults.push(`packages/${folder} has ${files.length} files. A room has at most ${MAX_FILES}.`)
  }
  for (const entry of entries) if (entry.isDirectory()) checkSize(`${folder}/${entry.name}`)
}
