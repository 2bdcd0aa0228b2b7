// The rooms of each package, and what may import what. CONTRIBUTING.md explains them, and `npm run lint` checks them:
// dependency-cruiser reads this file as its configuration, and .ci/rooms.mjs reads `orders`.

/**
 * The rooms of a package, lowest first. A room is a folder or a file in `src/`. It imports only from rooms on lines above its own,
 * so rooms on the same line do not import each other. Type imports count. `index.ts` and `internal.ts` may import every room.
 */
export const orders = {
  client: [
    ['catalogue', 'contract', 'crypto', 'http'],
    ['errors', 'mutex'],
    ['account-labels', 'connections', 'authorization'],
    ['dpop', 'tokens', 'my-account'],
    ['connect'],
    ['browser', 'adapters'],
  ],
  react: [
    ['mistakes', 'queries'],
    ['events'],
    ['ConnectedAccountsProvider'],
    ['hooks'],
    ['calls', 'ui'],
  ],
  server: [
    ['errors'],
    ['cookies', 'navigation', 'store'],
    ['user-index'],
    ['api', 'events', 'sessions', 'tenant'],
    ['options', 'unlisted-host'],
    ['redirect-uri'],
    ['context', 'management'],
    ['login', 'tokens'],
    ['connect', 'keep-alive'],
    ['accounts'],
    ['server-client'],
    ['provider', 'routes'],
    ['adapters'],
  ],
  emulator: [
    ['generated', 'memory', 'time'],
    ['tenant'],
    ['dpop', 'logs', 'pages'],
    ['actions', 'http'],
    ['faults'],
    ['context'],
    ['oauth'],
    ['resource-server'],
    ['upstream'],
    ['vault'],
    ['connect', 'snapshot'],
    ['management', 'my-account', 'oidc'],
    ['control'],
    ['dashboard'],
    ['domain'],
    ['domains'],
    ['emulator'],
    ['shells'],
  ],
}

/** The packages of ours that a package may import. The demo, which is not listed, may import all of them. */
const arrows = {
  client: [],
  react: ['client'],
  server: ['client'],
  emulator: [],
  testing: [],
}

/** A pattern for the files of rooms, given their names with `|` between them. */
const filesOf = (rooms) => `(${rooms})(/|[.]tsx?$)`

const roomRules = Object.entries(orders).flatMap(([name, lines]) =>
  lines.map((rooms, number) => {
    const src = `^packages/${name}/src/`
    const lower = lines.slice(0, number).flat()
    return {
      name: `${name}: the order of ${rooms.join(', ')}`,
      severity: 'error',
      from: { path: src + filesOf(rooms.join('|')) },
      // $1 is the importing file's own room.
      to: { path: src, pathNot: src + filesOf(['$1', ...lower].join('|')) },
    }
  }),
)

const arrowRules = Object.entries(arrows).map(([name, others]) => ({
  name: `${name} imports ${others.join(', ') || 'no other package of ours'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: {
    path: '^(packages|@connected-accounts)/',
    pathNot: `^packages/(${[name, ...others].join('|')})/`,
  },
}))

export default {
  forbidden: [
    ...roomRules,
    ...arrowRules,
    {
      name: 'index.ts and internal.ts are for other packages',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/' },
      to: { path: '^packages/$1/src/([^/]+/index|index|internal)[.]ts$' },
    },
    {
      name: "another package's folders are closed: import what its package.json exports",
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
    },
  ],
  options: {
    exclude: { path: '(^|/)(dist|node_modules)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['@connected-accounts/source', 'import', 'types', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
}
