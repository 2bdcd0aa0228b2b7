// The application that an attacker and other users send requests to. Its tenant answers a list after 5 ms, sooner than any real one,
// because a longer wait would hide how long a request waits for another one.  node attacked.mjs <tenant>
import { createServer } from 'node:http'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { getRequestListener } from '@hono/node-server'
import { createApplication } from './hostile-application.mjs'

const tenant = JSON.parse(process.argv[2])
setDefaultCACertificates([...getCACertificates('default'), tenant.certificate])
const { handler } = createApplication(tenant, { delay: 5 })
const http = createServer(getRequestListener(handler)).listen(0, '127.0.0.1', () => {
  process.send(http.address().port)
})
process.on('disconnect', () => process.exit())
