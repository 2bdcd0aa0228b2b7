// For runtimes with a command: `<runtime> command.js <host>` prints the outcome.
import { run } from './suite.js'

console.log(JSON.stringify(await run(globalThis.process.argv[2])))
