/** What an operation answers once instead of doing its work. */
export interface Fault {
  status: number
  headers?: Record<string, string>
}

/** Faults that wait for their operation, by `operationId` (`getToken` is the token endpoint). */
export interface Faults {
  /** The next call of this operation answers with the fault; several calls queue several faults. */
  add(operationId: string, fault: Fault): void
  /** Takes the fault that waits for this operation, if there is one. */
  take(operationId: string): Fault | undefined
  clear(): void
}

/** An empty set of faults. */
export function createFaults(): Faults {
  const waiting = new Map<string, Fault[]>()
  return {
    add(operationId, fault) {
      waiting.set(operationId, [...(waiting.get(operationId) ?? []), fault])
    },
    take(operationId) {
      return waiting.get(operationId)?.shift()
    },
    clear() {
      waiting.clear()
    },
  }
}
