/** An event in the fields of Google's Calendar API that matter for a list. */
export interface CalendarEvent {
  kind: 'calendar#event'
  id: string
  status: 'confirmed'
  htmlLink: string
  summary: string
  location?: string
  start: { dateTime: string; timeZone: string }
  end: { dateTime: string; timeZone: string }
}

/** Whose events, and around which moment. */
export interface EventsRequest {
  email: string
  issuer: string
  /** Milliseconds since the epoch. */
  now: number
}

interface Habit {
  summary: string
  location?: string
  /** Hour of the day, UTC. */
  hour: number
  minutes: number
}

const personal: Habit[] = [
  { summary: 'Breakfast with Sam', location: 'Café Lindgren', hour: 8, minutes: 60 },
  { summary: 'Dentist', location: 'Harbour Street 12', hour: 11, minutes: 45 },
  { summary: 'Swimming', location: 'City pool', hour: 18, minutes: 90 },
  { summary: 'Call with the family', hour: 19, minutes: 30 },
  { summary: 'Cinema', location: 'Odeon, screen 3', hour: 20, minutes: 135 },
]

const work: Habit[] = [
  { summary: 'Stand-up', location: 'Room Ada', hour: 9, minutes: 15 },
  { summary: 'Design review', location: 'Room Grace', hour: 10, minutes: 60 },
  { summary: 'Interview', location: 'Room Radia', hour: 13, minutes: 45 },
  { summary: 'One-to-one', hour: 15, minutes: 30 },
  { summary: 'Release planning', location: 'Room Ada', hour: 16, minutes: 60 },
]

const DAY = 86_400_000

/**
 * The events of an account from yesterday to two weeks ahead, in order: two a day, the same at every call and others for
 * every account. Addresses with `work` in their name have those of an office.
 */
export function eventsAround({ email, issuer, now }: EventsRequest): CalendarEvent[] {
  const habits = email.split('@')[0]?.includes('work') ? work : personal
  const seed = [...email].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 9973, 7)
  const today = Math.floor(now / DAY)
  return Array.from({ length: 16 }, (_, index) => today - 1 + index)
    .flatMap((day) =>
      [0, 2].map((offset) => ({ day, habit: habits[(seed + day + offset) % habits.length] })),
    )
    .flatMap(({ day, habit }) => (habit ? [toEvent({ day, habit, seed, issuer })] : []))
    .sort((one, other) => one.start.dateTime.localeCompare(other.start.dateTime))
}

function toEvent(place: {
  day: number
  habit: Habit
  seed: number
  issuer: string
}): CalendarEvent {
  const { day, habit, seed, issuer } = place
  const start = day * DAY + habit.hour * 3_600_000
  const id = `${seed.toString(36)}d${day}h${habit.hour}`
  const moment = (time: number) => ({ dateTime: new Date(time).toISOString(), timeZone: 'UTC' })
  return {
    kind: 'calendar#event',
    id,
    status: 'confirmed',
    htmlLink: `${issuer}/calendar/event?eid=${id}`,
    summary: habit.summary,
    ...(habit.location && { location: habit.location }),
    start: moment(start),
    end: moment(start + habit.minutes * 60_000),
  }
}
