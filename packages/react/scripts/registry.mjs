// Writes the registry of shadcn into dist/registry: the component as files of the application that takes them over.
// They are the files of src/ui, but they import the hooks from the package, and the style sheet is in a layer of Tailwind.

import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'dist/registry')
const { name, homepage, peerDependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
)

/** The texts in other languages stay in the package. */
const TRANSLATION = /messages\/(?!en)[a-z]{2}\.ts$/

/** Tailwind's order of layers, which counts even if the page loads this style sheet first. */
const LAYERS = '@layer theme, base, components, utilities;\n'

/** Takes the colours and corners from the theme of shadcn. A property that the application lacks has no effect. */
const theme = {
  '[data-connected-accounts]': {
    '--ca-text': 'var(--card-foreground)',
    '--ca-muted': 'var(--muted-foreground)',
    '--ca-surface': 'var(--card)',
    '--ca-hover': 'var(--muted)',
    '--ca-border': 'var(--border)',
    '--ca-accent': 'var(--primary)',
    '--ca-on-accent': 'var(--primary-foreground)',
    '--ca-radius': 'var(--radius)',
  },
  '.dark [data-connected-accounts]': { 'color-scheme': 'dark' },
}

/** Returns a file of src/ui as the application gets it. */
function contentOf(file) {
  const text = readFileSync(join(root, file), 'utf8')
  if (file.endsWith('.css'))
    return LAYERS + text.replace('@layer connected-accounts', '@layer components')
  return importFromPackage(file, text.replaceAll(/(from '\.[^']*)\.js'/g, "$1'"))
}

/** Replaces the imports of files outside of src/ui by one of the package. */
function importFromPackage(file, text) {
  const names = []
  const rest = text.replaceAll(
    /import (type )?\{([^}]*)\} from '(\.[^']*)'\n/g,
    (line, type = '', list, from) => {
      if (posix.join(posix.dirname(file), from).startsWith('src/ui/')) return line
      names.push(...list.split(',').flatMap((one) => (one.trim() ? [type + one.trim()] : [])))
      return '\0'
    },
  )
  const statement = `import { ${names.join(', ')} } from '${name}'\n`
  return rest.replace('\0', statement).replaceAll('\0', '')
}

const sources = globSync('src/ui/**/*.{ts,tsx,css}', { cwd: root })
  .filter((file) => !TRANSLATION.test(file))
  .sort()
const contents = sources.map((source) => {
  const path = source.replace('src/ui', 'connected-accounts')
  const type = path.endsWith('.css') ? 'registry:file' : 'registry:component'
  return { path, type, target: `@components/${path}`, content: contentOf(source) }
})
for (const { path, content } of contents) {
  mkdirSync(dirname(join(target, path)), { recursive: true })
  writeFileSync(join(target, path), content)
}

const item = {
  name: 'connected-accounts',
  type: 'registry:component',
  title: 'Connected accounts',
  description: 'A section in which people connect and disconnect their accounts.',
  // Without versions, the command keeps those that are installed.
  dependencies: [name, ...Object.keys(peerDependencies).filter((peer) => peer !== 'react')],
  css: theme,
}
const registry = {
  $schema: 'https://ui.shadcn.com/schema/registry.json',
  name: 'connected-accounts',
  homepage,
  items: [{ ...item, files: contents.map(({ content: _, ...file }) => file) }],
}
const built = {
  $schema: 'https://ui.shadcn.com/schema/registry-item.json',
  ...item,
  files: contents.map(({ path, content, type, target }) => ({ path, content, type, target })),
}
writeFileSync(join(target, 'registry.json'), `${JSON.stringify(registry, null, 2)}\n`)
writeFileSync(join(target, 'connected-accounts.json'), `${JSON.stringify(built, null, 2)}\n`)
