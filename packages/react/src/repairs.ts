const KEY = 'connected-accounts.repairs'

/** What a flow gives back to the application, and which account it was to repair. */
export interface FlowState {
  appState?: unknown
  /** Id of the account that was to be connected again; absent where the flow was no repair. */
  repairs?: string | undefined
}

/** What to keep as `appState`, so that it survives the redirect together with the account to repair. */
export function keepRepairs({ appState, repairs }: FlowState): unknown {
  return repairs === undefined ? appState : { [KEY]: repairs, appState }
}

/** The two parts of what {@link keepRepairs} answered. */
export function readFlowState(kept: unknown): FlowState {
  if (typeof kept !== 'object' || kept === null || !(KEY in kept)) return { appState: kept }
  return { appState: 'appState' in kept ? kept.appState : undefined, repairs: String(kept[KEY]) }
}
