// The tests that judge mutants: those of one package that `npm test` runs in Node and in the browser.
import config from '../../vitest.config.ts'
import { KillersFirst } from './killers-first.mjs'

const root = new URL('../..', import.meta.url).pathname
const { MUTANTS_PACKAGE } = process.env

// They measure time, and mutated code is slower.
const measuring = ['packages/server/test/chunked-bodies.test.ts']

const projects = config.test.projects
  .filter(({ test }) => ['node', 'browser'].includes(test.name))
  .map((project) => ({
    ...project,
    test: {
      ...project.test,
      include: project.test.include.map((glob) => glob.replace('*', MUTANTS_PACKAGE)),
      exclude: [...(project.test.exclude ?? []), ...measuring],
    },
  }))

const sequence = { sequencer: KillersFirst }

export default { ...config, root, test: { ...config.test, projects, sequence } }
