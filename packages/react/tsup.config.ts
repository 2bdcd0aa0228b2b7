import { defineConfig, type Options } from 'tsup'

const languages = ['de', 'es', 'fr', 'ja', 'pt']

const common: Options = { format: 'esm', sourcemap: true }

export default defineConfig([
  {
    ...common,
    entry: ['src/**/*.{ts,tsx}'],
    bundle: false, // bundling drops 'use client', and makes the option factories client-only
    dts: { entry: { index: 'src/index.ts', events: 'src/events.ts' } },
    clean: true,
  },
  {
    ...common,
    // Apart from the hooks, whose declarations would otherwise name types that no entry exports.
    entry: {
      'ui/index': 'src/ui/index.ts',
      ...Object.fromEntries(
        languages.map((name) => [`ui/messages/${name}`, `src/ui/messages/${name}.ts`]),
      ),
    },
    dts: { only: true },
  },
])
