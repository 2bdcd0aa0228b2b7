import { fileURLToPath } from 'node:url'
import { createServer, type ViteDevServer } from 'vite'

/** Serves the page of `states/`. */
export async function serveStates(): Promise<{ url: string; server: ViteDevServer }> {
  const server = await createServer({
    configFile: false,
    root: fileURLToPath(new URL('states', import.meta.url)),
    logLevel: 'error',
    resolve: { conditions: ['@connected-accounts/source', 'module', 'browser', 'development'] },
    optimizeDeps: {
      include: [
        '@tanstack/react-query',
        'react',
        'react-dom/client',
        'react/jsx-dev-runtime',
        'react/jsx-runtime',
        'openapi-fetch',
      ],
    },
    server: { host: '127.0.0.1', port: 0, hmr: false },
  })
  await server.listen()
  return { url: server.resolvedUrls?.local[0] ?? '', server }
}
