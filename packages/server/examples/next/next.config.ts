import type { NextConfig } from 'next'

const config: NextConfig = {
  serverExternalPackages: ['@connected-accounts/server'],
}

export default config
