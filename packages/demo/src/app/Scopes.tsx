import { scopeWords, sortScopes } from './scope-words.js'

const FEW = 2

/** Shows the scopes of an account: the most important ones in words, and all of them in a list that opens on demand. */
export function Scopes({ scopes }: { scopes: readonly string[] }) {
  if (scopes.length === 0) return null
  const sorted = sortScopes(scopes)
  return (
    <div className="scopes">
      <p>{sorted.slice(0, FEW).map(scopeWords).join(' · ')}</p>
      <details>
        <summary>{scopes.length === 1 ? '1 scope' : `All ${scopes.length} scopes`}</summary>
        <dl>
          {sorted.map((scope) => (
            <div key={scope}>
              <dt>{scopeWords(scope)}</dt>
              <dd>
                <code>{scope}</code>
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  )
}
