/** What the app needs to know of the tenant. Its server says so at run time, so that one build serves any tenant. */
export interface Config {
  /** Origin of the tenant. */
  domain: string
  clientId: string
  audience: string
}

/** Reads the configuration from the demo's server. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json')
  if (!response.ok) throw new Error(`The configuration answered ${response.status}.`)
  const config: Config = await response.json()
  return config
}
