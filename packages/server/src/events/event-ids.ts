/** The id of an event: the time in milliseconds, a hyphen and a number, so that all ids are in the order of time. */
export type EventId = string

/** True if a text is an id. A browser can send any text. */
export function isEventId(text: string): boolean {
  return /^\d{1,15}-\d{1,15}$/.test(text)
}

/** Returns a number below 0 if the first id is older than the other one, 0 if both are the same, and a number above 0 else. */
export function compareIds(one: EventId, other: EventId): number {
  const [time, number] = partsOf(one)
  const [otherTime, otherNumber] = partsOf(other)
  return time - otherTime || number - otherNumber
}

/** Returns the newer one of two ids. */
export function newerId(one: EventId, other: EventId): EventId {
  return compareIds(one, other) > 0 ? one : other
}

/** Returns a function that makes ids, each newer than the one before, also if the clock goes back. */
export function createIds(): () => EventId {
  let time = 0
  let number = 0
  return () => {
    const now = Date.now()
    number = now > time ? 0 : number + 1
    time = Math.max(now, time)
    return `${time}-${number}`
  }
}

function partsOf(id: EventId): [time: number, number: number] {
  const [time, number] = id.split('-')
  return [Number(time), Number(number)]
}
