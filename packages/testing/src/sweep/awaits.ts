import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** An `await`, or the `for await` of a loop. */
interface Await {
  /** Its place, like `client/src/mutex.ts:58:14`. */
  site: string
  /** The begin and the end of its operand in the text of the file. */
  operand: { start: number; end: number }
}

/** The part of a Vite plugin that is used here. */
interface Plugin {
  name: string
  enforce: 'pre'
  transform(code: string, id: string): { code: string; map: null } | undefined
}

/** The name of the global function that is called before each `await`. */
const HOOK = 'reachAwait'

/**
 * Creates a Vite plugin that compiles `await x` in the `src/` of the packages to `await (reachAwait('file:line:column'), x)`. So a
 * sweep can act at each `await`, also at one that was written a minute ago.
 */
export function numberAwaits(): Plugin {
  return {
    name: 'number-awaits',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/packages\/(client|server)\/src\/[^?]*\.ts$/.test(id)) return undefined
      const insertions = awaitsIn(code, id).flatMap(({ site, operand }) => [
        { at: operand.start, text: `(globalThis.${HOOK}?.('${site}'), ` },
        { at: operand.end, text: ')' },
      ])
      let numbered = code
      // The last one first, so that the positions of the others stay right.
      for (const { at, text } of insertions.sort((one, other) => other.at - one.at)) {
        numbered = numbered.slice(0, at) + text + numbered.slice(at)
      }
      return { code: numbered, map: null }
    },
  }
}

function awaitsIn(code: string, path: string): Await[] {
  const file = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true)
  const awaits: Await[] = []
  const add = (node: ts.Node, operand: ts.Expression) => {
    const { line, character } = file.getLineAndCharacterOfPosition(node.getStart())
    const name = path.slice(path.indexOf('/packages/') + '/packages/'.length)
    awaits.push({
      site: `${name}:${line + 1}:${character + 1}`,
      operand: { start: operand.getStart(), end: operand.getEnd() },
    })
  }
  const visit = (node: ts.Node) => {
    if (ts.isAwaitExpression(node)) add(node, node.expression)
    if (ts.isForOfStatement(node) && node.awaitModifier) add(node, node.expression)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return awaits
}

/** Calls a function before each `await` of the code that was compiled with {@link numberAwaits}. */
export function onAwait(reach: (site: string) => void): void {
  Object.assign(globalThis, { [HOOK]: reach })
}

/**
 * Returns the `await`s of files and folders that were not reached.
 *
 * @param src The `src/` of a package.
 * @param names Files and folders in it.
 */
export function unreached(
  src: URL,
  names: readonly string[],
  reached: ReadonlySet<string>,
): string[] {
  const files = names.flatMap((name) => filesIn(fileURLToPath(new URL(name, src))))
  const awaits = files.flatMap((path) => awaitsIn(readFileSync(path, 'utf8'), path))
  return awaits.map(({ site }) => site).filter((site) => !reached.has(site))
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path).flatMap((name) => filesIn(`${path}/${name}`))
}
