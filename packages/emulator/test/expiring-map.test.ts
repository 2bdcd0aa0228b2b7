import { describe, expect, it } from 'vitest'
import { createExpiringMap } from '../src/memory/expiring-map.js'

describe('A map whose entries expire', () => {
  it('has an entry until it expires', () => {
    let now = 0
    const map = createExpiringMap<string>(() => now)
    map.set('key', 'value', 10)
    now = 9
    expect(map.get('key')).toBe('value')
    now = 10
    expect(map.get('key')).toBeUndefined()
    expect(map.take('key')).toBeUndefined()
  })

  it('gives what is taken once', () => {
    const map = createExpiringMap<string>(() => 0)
    map.set('key', 'value', 10)
    expect(map.take('key')).toBe('value')
    expect(map.take('key')).toBeUndefined()
  })

  it('forgets what has expired as soon as something is added, whether it is full or not', () => {
    let now = 0
    const map = createExpiringMap<number>(() => now)
    map.set('expired', 1, 10)
    map.set('young', 2, 100)
    now = 10
    map.set('new', 3, 100)
    // Only what is still there comes back with the time.
    now = 0
    expect(map.get('expired')).toBeUndefined()
    expect(map.get('young')).toBe(2)
  })

  it('forgets what has expired, and then the oldest, when it is full', () => {
    let now = 0
    const map = createExpiringMap<number>(() => now, 3)
    map.set('old', 1, 100)
    map.set('expired', 2, 5)
    map.set('young', 3, 100)
    now = 6
    map.set('new', 4, 100)
    expect(map.get('old')).toBe(1)
    map.set('newest', 5, 100)
    expect(map.get('old')).toBeUndefined()
    expect(['young', 'new', 'newest'].map((key) => map.get(key))).toEqual([3, 4, 5])
  })
})
