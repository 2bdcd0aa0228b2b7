// Compiles every ts and tsx block of the READMEs and of docs/, so that no example is wrong for longer than one commit.
// A comment `<!-- given: declare const client: … -->` right before a block declares what the block takes for granted.
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const out = new URL('.compiled/', import.meta.url)
const root = new URL('..', import.meta.url)
const block = /(?:<!-- given: ([\s\S]*?) -->\n+)?^```(tsx?)\n([\s\S]*?)^```$/gm

rmSync(out, { recursive: true, force: true })
mkdirSync(out)
const options = {
  include: ['.'],
  extends: '../../tsconfig.json',
  compilerOptions: { noUnusedLocals: false },
}
writeFileSync(new URL('tsconfig.json', out), JSON.stringify(options))

let count = 0
const pages = globSync(['README.md', 'docs/**/*.md', 'packages/*/README.md'], { cwd: root })
for (const page of pages) {
  const text = readFileSync(new URL(page, root), 'utf8')
  for (const [, given = '', language, code] of text.matchAll(block)) {
    const name = `${page.replaceAll('/', '-').replace('.md', '')}-${++count}.${language}`
    writeFileSync(new URL(name, out), `${given}\n${code}\nexport {}\n`)
  }
}
try {
  execFileSync('tsc', ['--project', out.pathname], { cwd: root, stdio: 'inherit' })
} catch {
  process.exit(1) // tsc has said why
}
console.log(`${count} code blocks of ${pages.length} pages compile`)
