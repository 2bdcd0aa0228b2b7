// happy-dom for jest, with what msw and the emulator need of Node: happy-dom has its own, or none.
import HappyDomEnvironment from '@happy-dom/jest-environment'

const { AbortController, AbortSignal, BroadcastChannel, structuredClone } = globalThis
const { fetch, Headers, Request, Response } = globalThis
const ofNode = { AbortController, AbortSignal, BroadcastChannel, structuredClone }
const ofFetch = { fetch, Headers, Request, Response }

export default class extends HappyDomEnvironment {
  constructor(config, context) {
    super(config, context)
    Object.assign(this.global, ofNode, ofFetch)
  }
}
