import { testHostileInput } from './hostile-input.js'

testHostileInput({ numRuns: 60, seed: 7 }, 30_000)
