// Compiles a file to Hermes bytecode.
const { execFileSync } = require('node:child_process')
const { dirname, join } = require('node:path')

const folder = { linux: 'linux64-bin', darwin: 'osx-bin', win32: 'win64-bin' }[process.platform]
const compiler = join(dirname(require.resolve('hermes-compiler/package.json')), 'hermesc', folder)
const [, , file] = process.argv
execFileSync(join(compiler, 'hermesc'), ['-O', '-emit-binary', '-out', `${file}.hbc`, file])
