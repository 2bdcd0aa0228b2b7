type Listener = (event: { data: unknown }) => void

interface Channel<Owner> {
  owner: Owner
  name: string
  listeners: Set<Listener>
}

/** Creates the BroadcastChannels of one browser. A message arrives in a later microtask, in the script of its owner's page. */
export function createChannels<Owner>(run: (owner: Owner, work: () => void) => void) {
  const open = new Set<Channel<Owner>>()

  function post(from: Channel<Owner>, data: unknown): void {
    const receivers = [...open].filter((one) => one !== from && one.name === from.name)
    for (const receiver of receivers) {
      queueMicrotask(() => {
        if (!open.has(receiver)) return
        for (const listener of receiver.listeners) run(receiver.owner, () => listener({ data }))
      })
    }
  }

  return {
    /** The class `BroadcastChannel` of the owner's page. */
    classOf: (owner: () => Owner) =>
      class {
        readonly #channel: Channel<Owner>
        constructor(name: string) {
          this.#channel = { owner: owner(), name, listeners: new Set() }
          open.add(this.#channel)
        }
        addEventListener(_type: 'message', listener: Listener) {
          this.#channel.listeners.add(listener)
        }
        postMessage(data: unknown) {
          post(this.#channel, data)
        }
        close() {
          open.delete(this.#channel)
        }
      },
    /** Closes the channels of an owner that is gone. */
    forget(owner: Owner): void {
      for (const channel of open) if (channel.owner === owner) open.delete(channel)
    },
  }
}
