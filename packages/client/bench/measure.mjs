/**
 * Times contenders against each other. In each round everyone has a turn, so that a slow moment of the machine meets all of
 * them, and each is compared with the limit of the same round; what is reported are medians over the rounds.
 */
export async function measure(contenders, { rounds, count }) {
  const names = Object.keys(contenders)
  const times = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -1; round < rounds; round += 1) {
    // Whoever comes first pays for the garbage of the last round.
    const order = names.map((_, n) => names[(n + round + names.length) % names.length])
    for (const name of order) {
      const time = await microseconds(contenders[name], count)
      if (round >= 0) times[name].push(time)
    }
  }
  return times
}

/** Prints the medians, and the ratios to the first contender, which is the limit. */
export function report(title, times, aim) {
  const [[, limit]] = Object.entries(times)
  console.log(`\n${title}`)
  for (const [name, values] of Object.entries(times)) {
    const ratio = median(values.map((value, round) => value / limit[round]))
    console.log(
      `  ${name.padEnd(44)} ${median(values).toFixed(0).padStart(6)} µs  ${ratio.toFixed(2)} x`,
    )
  }
  console.log(`  (lower is better; ours is to be within ${aim} x)`)
}

async function microseconds(act, count) {
  const begin = performance.now()
  for (let done = 0; done < count; done += 1) await act()
  return ((performance.now() - begin) * 1000) / count
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
