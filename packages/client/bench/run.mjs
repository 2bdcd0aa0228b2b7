// A proof, and a whole request, beside the npm packages that do the same. Everything is measured in one run and compared as
// ratios: the numbers alone say more about the machine than about the code.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { measureInChromium } from './browser.mjs'
import { measure, report } from './measure.mjs'
import { createProvers } from './proofs.mjs'
import { createRequesters } from './requests.mjs'

console.log(`Node ${process.versions.node}`)
const proofs = await measure(await createProvers(), { rounds: 101, count: 80 })
report('A DPoP proof with nonce and ath', proofs, 1.4)

const server = spawn(process.execPath, [fileURLToPath(new URL('server.mjs', import.meta.url))])
const [line] = await once(server.stdout.setEncoding('utf8'), 'data')
const origin = line.trim()
const requests = await measure(await createRequesters(origin), { rounds: 101, count: 40 })
report('A whole request over loopback', requests, 1.2)

const { version, times } = await measureInChromium(origin, { rounds: 41, count: 20 })
report(`The same in Chromium ${version}`, times, 1.2)
server.kill()
