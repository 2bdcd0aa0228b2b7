// Follows every link between the Markdown files of this repository, with its anchor, also where a README that npm shows has to
// spell it out as an address on GitHub.
import { existsSync, globSync, readFileSync } from 'node:fs'

const root = new URL('..', import.meta.url)
const { homepage } = JSON.parse(readFileSync(new URL('packages/client/package.json', root), 'utf8'))
const repository = new RegExp(`^${homepage.replace('#readme', '')}/(?:blob|tree)/main/`)
const link = /\]\(([^()\s]+)\)|(?:src|srcset|href)="([^"]+)"/g
const pages = [
  '*.md',
  'docs/**/*.md',
  'openapi/*.md',
  'packages/*/README.md',
  'packages/*/examples/*/README.md',
]

const read = (url) => readFileSync(url, 'utf8').replace(/^```[\s\S]*?^```$/gm, '')

/** The anchors of a page as GitHub makes them of its headings; a repeated one has a number. */
function anchors(url) {
  const seen = {}
  return [...read(url).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-')
    const before = seen[slug] ?? 0
    seen[slug] = before + 1
    return before ? `${slug}-${before}` : slug
  })
}

function isDead(target, page) {
  const own = target.replace(repository, root.href)
  if (/^(https?|mailto):/.test(own)) return false
  const url = new URL(own, page)
  const anchor = url.hash.slice(1)
  url.hash = ''
  return !existsSync(url) || (anchor !== '' && !anchors(url).includes(anchor))
}

const found = globSync(pages, { cwd: root }).flatMap((page) => {
  const text = read(new URL(page, root)).replace(/`[^`\n]*`/g, '')
  return [...text.matchAll(link)].map(([, target, source]) => ({ page, target: target ?? source }))
})
const dead = found.filter(({ page, target }) => isDead(target, new URL(page, root)))
for (const { page, target } of dead) console.error(`${page}: ${target} leads nowhere`)
if (dead.length > 0) process.exit(1)
console.log(`${found.length} links lead somewhere`)
