import * as hooks from '@connected-accounts/react'
export function Accounts({ connection }: { connection: string }) {
  const { data, isPending, error } = hooks.useConnectedAccounts({ connection })
  const { connect, error: connectError } = hooks.useConnectAccount()
  const { mutate: disconnect, error: disconnectError } = hooks.useDisconnectAccount()
  const problem = hooks.useConnectCallback().error ?? connectError ?? disconnectError ?? error
  const accounts = data?.map(({ id }) => (
    <input type="button" key={id} value={`Disconnect ${id}`} onClick={() => disconnect(id)} />
  ))
  const go = <input type="button" key="+" value="Connect" onClick={() => connect({ connection })} />
  return [isPending ? 'Loading…' : problem?.message, accounts, go]
}
