import { describe, expect, test } from 'vitest'
import { explore, runRandomTraces } from './explore.js'
import { replay, setUpModel } from './trace.js'
import type { Setting } from './world.js'

const emulator = setUpModel()

const oneTab: Setting = {
  store: 'sessionStorage',
  isUserTold: true,
  flows: 1,
  tabs: 1,
  arePopupsUsed: false,
}
const twoTabs: Setting = { ...oneTab, store: 'localStorage', flows: 2, tabs: 2 }
const popup: Setting = { ...oneTab, arePopupsUsed: true }

const cameBack = ['tab 1 starts', 'connect 1 is answered', 'tab 1 allows as alice']

/** Before the callback, and after the attacker's own flow has come back. */
const underAttack = [...cameBack.slice(0, 2), 'mallory starts', "mallory allows mallory's flow"]

function outcomeOf(setting: Setting, trace: readonly string[]) {
  return replay({ emulator: emulator(), setting }, trace).then(({ flows: [flow] }) => flow?.endings)
}

describe('the connect flow as a model', () => {
  test('every trace that goes on with at most two actions after the callback keeps the promises', async () => {
    const bounds = { from: cameBack, depth: 2, without: /mallory|lists|tokens/ }
    const { states } = await explore({ emulator: emulator(), setting: oneTab }, bounds)
    expect(states).toBeGreaterThan(30)
  })

  test('every trace with an attacker that goes on with at most two actions keeps the promises', async () => {
    const bounds = { from: underAttack, depth: 2, without: /lists|tokens/ }
    const { states } = await explore({ emulator: emulator(), setting: oneTab }, bounds)
    expect(states).toBeGreaterThan(50)
  })

  test('random traces with popups, two users and an attacker keep the promises', async () => {
    await runRandomTraces(emulator(), { traces: 200, length: 15 })
  })
})

describe('traces that broke a promise once', () => {
  test.for<[string, string[]]>([
    ['a middleware fails on the answer', ['complete 1 has an answer that a middleware fails on']],
    [
      'the answer is lost, and the page is reloaded',
      ['complete 1 loses its answer', 'tab 1 reloads'],
    ],
    [
      'the page is reloaded while it completes, and the first request arrives as well',
      ['tab 1 reloads', 'complete 1 arrives late', 'complete 1.2 is answered'],
    ],
    [
      'an abort is shared with a list that was never sent',
      ['tab 1 aborts with a list', 'complete 1 arrives late', 'tab 1 calls again'],
    ],
    [
      'a page in another tab completes at the same time',
      ['tab 2 opens callback 1', 'complete 1 loses its answer', 'complete 1.2 is answered'],
    ],
    [
      'the flow expires after the answer was lost',
      ['complete 1 loses its answer', 'five minutes pass', 'tab 1 calls again'],
    ],
  ])('the account is reported when %s', async ([, faults]) => {
    const [first, ...others] = (await outcomeOf(twoTabs, [...cameBack, ...faults])) ?? []
    expect([first, ...others]).toContain('reported')
  })

  test('a flow that was lost before it arrived does not report the account of another flow', async () => {
    const trace = [
      ...cameBack,
      'complete 1 is lost',
      'tab 2 starts',
      'connect 2 is answered',
      'tab 2 allows as alice.work',
      'complete 2 is answered',
      'the tenant forgets flows early',
      'tab 1 calls again',
      'complete 1.2 is answered',
    ]
    expect(await outcomeOf(twoTabs, trace)).toEqual(['unknown'])
  })

  test('an account is not shown to another user who logs in and reloads the page', async () => {
    const trace = [...cameBack, 'complete 1 is answered', 'bob logs in', 'tab 1 reloads']
    expect(await outcomeOf(oneTab, trace)).toEqual(['reported'])
  })

  test.for([
    "tab 1 opens mallory's callback",
    "tab 1 opens mallory's code with a made-up state",
    "tab 1 opens mallory's code with state 1",
  ])('nothing of an attacker is linked when %s', async (attack) => {
    const { completions } = await replay({ emulator: emulator(), setting: oneTab }, [
      ...underAttack,
      attack,
    ])
    expect(completions.filter(({ status }) => status === 201)).toHaveLength(1) // the next flow
  })

  test('a popup that is cancelled while its completion waits for a token is not completed later', async () => {
    const trace = [
      'tab 1 opens a popup',
      'connect 1 is answered',
      'tokens are slow',
      'popup of tab 1 allows as alice',
      'tab 1 aborts',
      'tokens arrive',
    ]
    expect(await outcomeOf(popup, trace)).toEqual(['cancelled'])
  })
})

describe('flows whose answer was lost', () => {
  const secondCameBack = ['tab 2 starts', 'connect 2 is answered', 'tab 2 allows as alice.work']
  const opened = ['tab 1 opens a popup', 'connect 1 is answered', 'popup of tab 1 allows as alice']
  const lostBefore = [...cameBack, 'complete 1 is lost', ...secondCameBack]
  const refused = [
    'the tenant forgets flows early',
    'tab 1 calls again',
    'complete 1.2 is answered',
  ]

  test('a flow leaves out the account that another tab has connected, if each tab has its own storage', async () => {
    const trace = [...lostBefore, 'complete 2 is answered', ...refused]
    expect(await outcomeOf({ ...twoTabs, store: 'sessionStorage' }, trace)).toEqual(['unknown'])
  })

  test('a flow does not report an account whose own flow has lost its answer', async () => {
    const trace = [...lostBefore, 'complete 2 loses its answer', ...refused]
    expect(await outcomeOf(twoTabs, trace)).toEqual(['unknown'])
  })

  test('a flow whose first completion is refused does not report the account of another flow', async () => {
    const others = [...secondCameBack, 'complete 2 loses its answer']
    const trace = [
      ...cameBack,
      ...others,
      'the tenant forgets flows early',
      'complete 1 is answered',
    ]
    expect(await outcomeOf(twoTabs, trace)).toEqual(['refused'])
  })

  test('a refusal that comes after a lost answer does not hide the account', async () => {
    const trace = [
      ...underAttack,
      'tab 1 allows as alice',
      'complete 1 loses its answer',
      'tab 1 opens a forged refusal of 1',
    ]
    const endings = await outcomeOf(oneTab, trace)
    expect(endings).not.toContain('refused')
  })

  test('a popup that expires after its answer was lost does not only say that it has expired', async () => {
    const trace = [...opened, 'complete 1 loses its answer', 'five minutes pass']
    expect(await outcomeOf(popup, trace)).not.toContain('refused')
  })

  test('a popup whose completion has no answer in time does not forget it', async () => {
    const trace = [...opened, 'a minute passes', 'complete 1 arrives late']
    expect(await outcomeOf(popup, trace)).not.toContain('refused')
  })
})
