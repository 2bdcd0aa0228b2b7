import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { states } from '@connected-accounts/testing/component/states'
import { expect, test } from 'vitest'
import { layouts, takeScreenshots } from './screenshots.js'

// `npm run screenshots` runs this file, and copies the pictures of the main page to docs/.
const folder = fileURLToPath(new URL('../screenshots/', import.meta.url))
const pages = ['welcome', 'home-empty', 'home-without-calendar', 'home', 'hooks', 'server']

test('each page and each state has a picture in each layout, and nothing is wider than its window', async () => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const taken = await takeScreenshots(folder)
  const expected = layouts.flatMap(({ name: layout, dir }) => {
    const shown = [...Object.keys(states).map((name) => `state-${name}`), 'states']
    return [...shown, ...(dir ? [] : pages)].map((name) => `${name}.${layout}.png`)
  })
  expect(readdirSync(folder).sort()).toEqual(expected.sort())
  expect(taken.filter(({ isTooWide }) => isTooWide)).toEqual([])
})
