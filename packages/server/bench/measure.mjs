/**
 * Compares contenders, each of which does its work once and answers how long it took. In each round everyone has a turn, so
 * that a slow moment of the machine meets all of them; what is reported are medians over the rounds, and of the ratios to the
 * first of the same round.
 */
export async function measure(contenders, { rounds, count }) {
  const names = Object.keys(contenders)
  const times = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -1; round < rounds; round += 1) {
    // Whoever comes first pays for the garbage of the last round.
    const order = names.map((_, n) => names[(n + round + names.length) % names.length])
    for (const name of order) {
      let spent = 0
      for (let done = 0; done < count; done += 1) spent += await contenders[name]()
      if (round >= 0) times[name].push(spent / count)
    }
  }
  return times
}

/** Prints the medians, in microseconds, and how many times as long as the first each took. */
export function report(title, times) {
  const [[, first]] = Object.entries(times)
  console.log(`\n${title}`)
  for (const [name, values] of Object.entries(times)) {
    const ratio = median(values.map((value, round) => value / first[round]))
    const time = median(values).toFixed(0).padStart(6)
    console.log(`  ${name.padEnd(40)} ${time} µs  ${ratio.toFixed(2)} x`)
  }
}

/** Does the work, and answers what it gave and the microseconds that it took. */
export async function timed(work) {
  const begin = performance.now()
  const given = await work()
  return [given, (performance.now() - begin) * 1000]
}

/** Returns the value in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
