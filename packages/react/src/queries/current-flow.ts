import { cancelFlow, type Popup } from '@connected-accounts/client/browser'

/** A flow that a hook has begun. */
export interface ConnectFlow {
  /** True until the person is at the provider. Pressing the button again changes nothing until then. */
  isStarting: boolean
  /** The window that was opened in the click; undefined for a redirect, and if the browser blocked it. */
  readonly popup: Popup | undefined
  /** Aborted by {@link ConnectFlow.cancel}. */
  readonly signal: AbortSignal
  /** Ends the flow. Its error is a `ConnectFlowError` `cancelled`. */
  cancel: () => void
}

/** Holds the flow of a provider's hooks. A provider has one at a time, because a person connects one account at a time. */
export interface CurrentFlow {
  flow: ConnectFlow | undefined
}

/** Begins a flow, in place of the current one. It starts when a mutation gets its popup and its signal. */
export function beginFlow(current: CurrentFlow, popup: Popup | undefined): ConnectFlow {
  const controller = new AbortController()
  const flow: ConnectFlow = {
    isStarting: true,
    popup: popup && {
      ...popup,
      navigate(url) {
        flow.isStarting = false
        popup.navigate(url)
      },
    },
    signal: controller.signal,
    cancel() {
      cancelFlow(controller)
    },
  }
  current.flow = flow
  return flow
}

/** Notes that the person is at the provider. */
export function noteStarted({ flow }: CurrentFlow): void {
  if (flow) flow.isStarting = false
}

/** Ends the flow with this signal, if it is the current one. */
export function endFlow(current: CurrentFlow, signal: AbortSignal | undefined): void {
  if (current.flow?.signal === signal) current.flow = undefined
}

/** Cancels the current flow, if there is one, so that another can begin at once. */
export function cancelCurrentFlow(current: CurrentFlow): void {
  current.flow?.cancel()
  current.flow = undefined
}
