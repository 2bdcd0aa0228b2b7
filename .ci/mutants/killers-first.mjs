import { BaseSequencer } from 'vitest/node'

/**
 * Runs the files first that have killed the most mutants, and of the others the fastest. A mutant of a constant is judged by all
 * tests until one fails, which otherwise takes minutes.
 */
export class KillersFirst extends BaseSequencer {
  #seen = new Map()
  #kills = new Map()
  #durations = new Map()

  async sort(specifications) {
    for (const each of specifications) this.#note(each)
    const kills = (each) => this.#kills.get(each.moduleId) ?? 0
    const duration = (each) => this.#durations.get(each.moduleId) ?? 0
    return specifications.toSorted(
      (one, other) => kills(other) - kills(one) || duration(one) - duration(other),
    )
  }

  #note(specification) {
    const { moduleId } = specification
    const result = this.ctx.cache.getTestSpecificationResult(specification)
    if (!result || result === this.#seen.get(moduleId)) return // it has not run since
    this.#seen.set(moduleId, result)
    if (result.failed) this.#kills.set(moduleId, (this.#kills.get(moduleId) ?? 0) + 1)
    // The first run is of all tests, the later ones are of some.
    if (!this.#durations.has(moduleId)) this.#durations.set(moduleId, result.duration)
  }
}
