import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as hooks from '@connected-accounts/react'
import {
  type InstalledApplications,
  installApplications,
} from '@connected-accounts/testing/environment/install'
import { afterAll, beforeAll, expect, test } from 'vitest'

// ESLint's strict type-checked rules, those of the hooks, and the React Compiler, with no suppression and the oldest TanStack Query.
const root = fileURLToPath(new URL('../../../../', import.meta.url))
const name = 'eslint'

/** What `check.mjs` prints about a folder. */
interface Checked {
  files: number
  complaints: string[]
  compiled: string[]
  notCompiled: string[]
}

let applications: InstalledApplications
let src: string
let folders: Record<string, Checked>

beforeAll(async () => {
  const application = new URL(name, import.meta.url)
  applications = await installApplications([application], ['client', 'react', 'server'])
  src = join(applications.directory, name, 'src')
  pasteExamples(join(src, 'examples'))
  copyApplications(join(src, 'files'))
  cpSync(join(root, 'packages/react/src'), join(src, 'hooks'), { recursive: true })
  cpSync(join(root, 'packages/server/examples/express/src/page'), join(src, 'pages'), {
    recursive: true,
  })
  mkdirSync(join(src, 'wrong'))
  writeFileSync(join(src, 'wrong/Wrong.tsx'), WRONG)
  folders = JSON.parse(await applications.run(name, 'node', ['check.mjs']))
})
afterAll(() => applications?.remove())

/** What the application has no package for: servers, and tools for tests. */
const OTHERS =
  /(?:from |import\()'(?!\.|react|@tanstack\/|@auth0\/auth0-(react|spa-js)|@connected-accounts\/(client|react)|openapi-fetch)/

/** The applications that have the files which docs/ shows. Each has a tsconfig.json of its own, and is compiled by its own test. */
const APPLICATIONS = [
  'packages/client/test/environments/nextjs-auth0',
  'packages/server/examples/next',
  'packages/server/test/environments/next',
]

/** The applications whose shown files run in a tool for tests, not in a page. */
const APPLICATIONS_OF_TOOLS = ['packages/emulator/test/environments/containers']

function copyApplications(folder: string): void {
  for (const application of APPLICATIONS) {
    cpSync(join(root, application), join(folder, application.replaceAll('/', '-')), {
      recursive: true,
      filter: (path) => !/[/](node_modules|\.next)$/.test(path),
    })
  }
}

/**
 * Writes each block of code of the READMEs and of docs/ into a file, if the application has its packages. If the block is a part
 * of a file, that file is one of the applications'.
 */
function pasteExamples(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const block = /(?:<!-- (given|file): ([\s\S]*?) -->\n+)?^```(tsx?)\n([\s\S]*?)^```$/gm
  for (const page of globSync(['README.md', 'docs/*.md', 'packages/*/README.md'], { cwd: root })) {
    const blocks = [...readFileSync(join(root, page), 'utf8').matchAll(block)]
    for (const [index, [, kind, given = '', language, code]] of blocks.entries()) {
      const text = `${given}\n${code}\nexport {}\n`
      if (kind === 'file') {
        const known = [...APPLICATIONS, ...APPLICATIONS_OF_TOOLS]
        expect(known.filter((application) => given.startsWith(application))).toHaveLength(1)
        continue
      }
      if (OTHERS.test(text)) continue
      const file = `${page.replaceAll('/', '-').replace('.md', '')}-${index + 1}.${language}`
      writeFileSync(join(folder, file), text)
    }
  }
  cpSync(join(root, 'packages/react/test/GitHubAccounts.tsx'), join(folder, 'GitHubAccounts.tsx'))
}

function check(folder: string): Checked {
  const checked = folders[folder]
  if (!checked) throw new Error(`There is no folder ${folder}`)
  return checked
}

test('everything compiles with the oldest TanStack Query: the application, the examples and the hooks', async () => {
  expect(await applications.run(name, 'npx', ['tsc', '-p', '.'])).toBe('')
})

test('an application that uses every hook has no complaint, and is compiled by the React Compiler', () => {
  const app = readFileSync(join(src, 'app/App.tsx'), 'utf8')
  const unused = Object.keys(hooks).filter((name) => !app.includes(name))
  expect(unused).toEqual([])
  const { complaints, compiled, notCompiled } = check('app')
  expect({ complaints, notCompiled }).toEqual({ complaints: [], notCompiled: [] })
  expect(compiled).toHaveLength(10)
})

test('every example of the READMEs and the docs has no complaint when it is pasted', () => {
  const { files, complaints, notCompiled } = check('examples')
  expect({ complaints, notCompiled }).toEqual({ complaints: [], notCompiled: [] })
  expect(files).toBeGreaterThan(45)
})

test('every file that the docs show a part of has no complaint, and neither has the rest of its application', () => {
  const { files, complaints, notCompiled } = check('files')
  expect({ complaints, notCompiled }).toEqual({ complaints: [], notCompiled: [] })
  expect(files).toBeGreaterThan(25)
})

test('the page of the server examples has no complaint', () => {
  const { complaints, notCompiled } = check('pages')
  expect({ complaints, notCompiled }).toEqual({ complaints: [], notCompiled: [] })
})

test('our own hooks have no complaint, and are compiled by the React Compiler', () => {
  const { complaints, compiled, notCompiled } = check('hooks')
  expect({ complaints, notCompiled }).toEqual({ complaints: [], notCompiled: [] })
  expect(compiled.length).toBeGreaterThan(13)
})

test('a wrong line is found, and a comment does not hide it', () => {
  const { complaints, notCompiled } = check('wrong')
  expect(complaints.join('\n')).toContain('@typescript-eslint/no-confusing-void-expression')
  expect(complaints.join('\n')).toContain('@typescript-eslint/no-misused-promises')
  expect(complaints.join('\n')).toContain('react-hooks/rules-of-hooks')
  expect(complaints.join('\n')).toContain('react-hooks/immutability')
  expect(notCompiled).toHaveLength(2)
})

const WRONG = `
import { useConnectAccount, useConnectedAccounts, useInfiniteConnectedAccounts } from '@connected-accounts/react'

export function Conditional({ isShown }: { isShown: boolean }) {
  const { fetchNextPage } = useInfiniteConnectedAccounts()
  if (isShown) useConnectedAccounts()
  return <button type="button" onClick={() => fetchNextPage()}>More</button>
}

export function Changing() {
  const mutation = useConnectAccount()
  // eslint-disable-next-line
  const connect = () => mutation.connect({ connection: 'github' })
  mutation.cancel = connect
  return <button type="button" onClick={connect}>Connect</button>
}
`
