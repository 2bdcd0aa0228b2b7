import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { sdkAliases } from '../machine/auth0-sdks.js'

/** A server that serves one page at every path of its origin. */
export interface PageServer {
  /** An origin on `http://localhost`, which is a secure context. */
  readonly origin: string
  close(): Promise<void>
}

/** Bundles a script and the packages that it imports for the browser, and serves it in a page. */
export async function servePage(script: URL): Promise<PageServer> {
  const code = await bundle(script)
  const server = createServer((request, response) => {
    const [type, body] =
      request.url === '/page.js' ? ['text/javascript', code] : ['text/html', html]
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body)
  })
  await once(server.listen(0, 'localhost'), 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('The page has no port')
  return {
    origin: `http://localhost:${address.port}`,
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

const html = `<!doctype html>
<html lang="en">
<title>Application</title>
<link rel="icon" href="data:,">
<main></main>
<script src="/page.js"></script>
</html>`

async function bundle(script: URL): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'page-'))
  try {
    await build({
      entry: { page: fileURLToPath(script) },
      outDir,
      format: 'iife',
      platform: 'browser',
      noExternal: [/./],
      esbuildOptions: (options) => {
        options.alias = sdkAliases()
      },
      config: false,
      silent: true,
    })
    return await readFile(join(outDir, 'page.global.js'), 'utf8')
  } finally {
    await rm(outDir, { recursive: true })
  }
}
