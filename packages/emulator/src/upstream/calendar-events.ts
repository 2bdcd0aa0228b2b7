/** An event with the fields of Google's Calendar API that lists need. */
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

/** The account, and the time around which to create events. */
export interface EventsRequest {
  email: string
  issuer: string
  /** The current time in milliseconds since the epoch. */
  now: number
}

interface Habit {
  summary: string
  location?: string
  /** The hour of the day in UTC. */
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
 * Returns the events of an account from yesterday until two weeks from now, in order. There are two each day. They are the same at
 * every call, and differ from account to account. Accounts with `work` in their address have office events.
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
