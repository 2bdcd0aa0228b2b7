/** The tenant's configuration. The app loads it from its server at run time, so that one build works with any tenant. */
export interface Config {
  /** Origin of the tenant. */
  domain: string
  clientId: string
  audience: string
  /** True if the demo also has the page that is rendered on the server. */
  isRendered: boolean
}

/** Loads the configuration from the demo's server. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json')
  if (!response.ok) throw new Error(`Loading the configuration failed with ${response.status}.`)
  const config: Config = await response.json()
  return config
}
