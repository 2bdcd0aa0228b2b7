import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { states } from '@connected-accounts/testing/component/states'
import { beforeAll, expect, test } from 'vitest'
import { layouts, type Screenshot, takeScreenshots } from './screenshots.js'

// `npm run screenshots` runs this file, and copies the pictures of the main page to docs/.
const folder = fileURLToPath(new URL('../screenshots/', import.meta.url))
const pages = ['welcome', 'home-empty', 'home-without-calendar', 'home', 'hooks', 'server']

let taken: Screenshot[]
beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  taken = await takeScreenshots(folder)
}, 600_000)

test('each page and each state has a picture in each layout', () => {
  const expected = layouts.flatMap(({ name: layout, dir }) => {
    const shown = [...Object.keys(states).map((name) => `state-${name}`), 'states']
    return [...shown, ...(dir ? [] : pages)].map((name) => `${name}.${layout}.png`)
  })
  expect(readdirSync(folder).sort()).toEqual(expected.sort())
})

test('no page and no state is wider than its window', () => {
  expect(taken.filter(({ isTooWide }) => isTooWide)).toEqual([])
})

test('axe finds nothing on any page and in any state, light and dark, wide and narrow', () => {
  expect(taken.filter(({ violations }) => violations.length > 0)).toEqual([])
})
