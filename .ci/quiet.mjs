// `node .ci/quiet.mjs <words> -- <command>` prints the words, runs the command, and shows its output only if it fails.

import { spawn } from 'node:child_process'

const [words, , command, ...args] = process.argv.slice(2)
console.log(words)
const child = spawn(command, args, {
  stdio: ['ignore', 'pipe', 'pipe'],
  shell: process.platform === 'win32', // commands of npm are .cmd files there
})
const output = []
child.stdout.on('data', (chunk) => output.push(chunk))
child.stderr.on('data', (chunk) => output.push(chunk))
child.on('error', (error) => output.push(`${error.message}\n`))
child.on('close', (code) => {
  if (code === 0) return
  process.stderr.write(Buffer.concat(output.map((chunk) => Buffer.from(chunk))))
  process.exitCode = code ?? 1
})
