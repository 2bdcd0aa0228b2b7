import { expect, it } from 'vitest'
import { createOneAtATime } from '../src/memory/one-at-a-time.js'

it('Work of one key waits for the work before it, even if that fails; other keys do not wait', async () => {
  const oneAtATime = createOneAtATime()
  const events: string[] = []
  const work =
    (name: string, fails = false) =>
    async () => {
      events.push(`${name} begins`)
      await new Promise((resolve) => setImmediate(resolve))
      events.push(`${name} ends`)
      if (fails) throw new Error(name)
      return name
    }
  const results = await Promise.allSettled([
    oneAtATime('key', work('a', true)),
    oneAtATime('key', work('b')),
    oneAtATime('other', work('c')),
  ])
  expect(events.filter((event) => !event.startsWith('c'))).toEqual([
    'a begins',
    'a ends',
    'b begins',
    'b ends',
  ])
  expect(events.indexOf('c begins')).toBeLessThan(events.indexOf('a ends'))
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
})
