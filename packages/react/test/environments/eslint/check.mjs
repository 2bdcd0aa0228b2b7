// Prints as JSON what ESLint, TypeScript and the React Compiler say about the files of a folder in src/.
import { globSync } from 'node:fs'
import { relative } from 'node:path'
import { transformFileSync } from '@babel/core'
import { ESLint } from 'eslint'

const folder = `src/${process.argv[2]}`
const results = await new ESLint().lintFiles([`${folder}/**/*.{ts,tsx}`])
const complaints = results.flatMap(({ filePath, messages }) =>
  messages.map(
    ({ line, ruleId, message }) => `${relative('src', filePath)}:${line} ${ruleId} ${message}`,
  ),
)

/** The components and hooks that the compiler has compiled, and those that it has not. */
const compiled = []
const notCompiled = []
for (const file of globSync(`${folder}/**/*.{ts,tsx}`)) {
  const logEvent = (_file, { kind, fnName, detail }) => {
    const name = `${relative('src', file)} ${fnName ?? ''}`
    if (kind === 'CompileSuccess') compiled.push(name)
    else notCompiled.push(`${name} ${kind} ${detail?.reason ?? ''}`)
  }
  transformFileSync(file, {
    babelrc: false,
    configFile: false,
    presets: ['@babel/preset-typescript'],
    parserOpts: { plugins: ['jsx', 'typescript'] },
    plugins: [['babel-plugin-react-compiler', { logger: { logEvent } }]],
  })
}
console.log(JSON.stringify({ files: results.length, complaints, compiled, notCompiled }))
