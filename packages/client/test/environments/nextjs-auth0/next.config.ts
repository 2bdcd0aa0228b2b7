import type { NextConfig } from 'next'

const config: NextConfig = {
  basePath: '/base',
  trailingSlash: true,
  skipTrailingSlashRedirect: true,
}

export default config
