/**
 * The mutants that survive although the tests are good, because nothing that a user can see is different. `code` is what
 * the mutant replaces, and `mutant` what it puts there, both as `npm run mutants` prints them.
 */
export const equivalent = []
