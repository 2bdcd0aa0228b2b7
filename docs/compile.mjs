// Compiles every ts and tsx block of the READMEs and of docs/, so that no example is wrong for longer than one commit.
// A comment `<!-- given: declare const client: … -->` right before a block declares what the block takes for granted. A comment
// `<!-- file: packages/… -->` says which file has the lines of the block, so they are compiled with that file's application.
import { execFileSync } from 'node:child_process'
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const out = new URL('.compiled/', import.meta.url)
const root = new URL('..', import.meta.url)
const block = /(?:<!-- (given|file): ([\s\S]*?) -->\n+)?^```(tsx?|js)\n([\s\S]*?)^```$/gm

rmSync(out, { recursive: true, force: true })
mkdirSync(out)
// The component of the first example, which the next one imports.
const component = 'GitHubAccounts.tsx'
copyFileSync(new URL(`packages/react/test/${component}`, root), new URL(component, out))
const files = []
const pages = globSync(['README.md', 'docs/**/*.md', 'packages/*/README.md'], { cwd: root })
for (const page of pages) {
  const text = readFileSync(new URL(page, root), 'utf8')
  for (const [, kind, given = '', language, code] of text.matchAll(block)) {
    if (kind === 'file') {
      checkFile(page, given, code)
      continue
    }
    if (language === 'js') continue
    const name = `${page.replaceAll('/', '-').replace('.md', '')}-${files.length + 1}.${language}`
    files.push(name)
    writeFileSync(new URL(name, out), `${given}\n${code}\nexport {}\n`)
  }
}
function checkFile(page, file, code) {
  if (readFileSync(new URL(file, root), 'utf8').includes(code)) return
  console.error(`${page} has a code block that ${file} does not have:\n\n${code}`)
  process.exitCode = 1
}

const options = {
  extends: '../../tsconfig.json',
  compilerOptions: { noUnusedLocals: false, allowImportingTsExtensions: true },
  include: [],
  // The types of packages that this repository does not install.
  files: [...files, '../native.d.ts'],
}
writeFileSync(new URL('tsconfig.json', out), JSON.stringify(options))
try {
  execFileSync('tsc', ['--project', out.pathname], { cwd: root, stdio: 'inherit' })
} catch (error) {
  console.error(`A code block does not compile: ${error.message}`)
  process.exit(1)
}
console.log(`${files.length} code blocks of ${pages.length} pages compile`)
