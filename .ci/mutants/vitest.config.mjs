// The tests that judge mutants: those of one package that `npm test` runs in Node and in the browser.
import config from '../../vitest.config.ts'

const root = new URL('../..', import.meta.url).pathname
const { MUTANTS_PACKAGE } = process.env

const projects = config.test.projects
  .filter(({ test }) => ['node', 'browser'].includes(test.name))
  .map((project) => ({
    ...project,
    test: {
      ...project.test,
      include: project.test.include.map((glob) => glob.replace('*', MUTANTS_PACKAGE)),
    },
  }))

export default { ...config, root, test: { ...config.test, projects } }
