// Prints as JSON what ESLint and the React Compiler say about each folder in src/.
import { globSync, readdirSync } from 'node:fs'
import { relative } from 'node:path'
import { transformFileSync } from '@babel/core'
import { ESLint } from 'eslint'

const linted = await new ESLint().lintFiles(['src/**/*.{ts,tsx}'])

function complaintsOf(folder) {
  const results = linted
    .map(({ filePath, messages }) => ({ file: relative('src', filePath), messages }))
    .filter(({ file }) => file.startsWith(`${folder}/`))
  return results.flatMap(({ file, messages }) =>
    messages.map(({ line, ruleId, message }) => `${file}:${line} ${ruleId} ${message}`),
  )
}

/** The components and hooks that the compiler has compiled, and those that it has not. */
function compile(files) {
  const compiled = []
  const notCompiled = []
  for (const file of files) {
    const logEvent = (_file, { kind, fnName, detail }) => {
      const name = `${file} ${fnName ?? ''}`
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
  return { compiled, notCompiled }
}

const folders = readdirSync('src').map((folder) => {
  const files = globSync(`src/${folder}/**/*.{ts,tsx}`)
  return [folder, { files: files.length, complaints: complaintsOf(folder), ...compile(files) }]
})
console.log(JSON.stringify(Object.fromEntries(folders)))
