// A CommonJS module that imports the packages with `import()`, as every TypeScript and every Node allows.

export async function createClient(): Promise<string> {
  const { createConnectedAccountsClient } = await import('@connected-accounts/client')
  const { createDpop } = await import('@connected-accounts/client/dpop')
  // @ts-expect-error a number is no key pair
  await createDpop({ keyPair: 42 })
  return createConnectedAccountsClient({ domain: 'd', accessToken: 'a-token' }).baseUrl
}
