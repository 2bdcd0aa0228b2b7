import type { NextConfig } from 'next'

const config: NextConfig = {
  basePath: '/app',
  trailingSlash: true,
  serverExternalPackages: ['@connected-accounts/server'],
}

export default config
