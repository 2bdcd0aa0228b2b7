const { defineConfig } = require('eslint/config')
const reactHooks = require('eslint-plugin-react-hooks')
const tseslint = require('typescript-eslint')

module.exports = defineConfig(
  tseslint.configs.strictTypeChecked,
  reactHooks.configs.flat['recommended-latest'], // with the rules of the React Compiler
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { noInlineConfig: true }, // a comment that suppresses a rule has no effect
  },
)
