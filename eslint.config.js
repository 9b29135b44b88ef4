import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import ts from 'typescript'
import tseslint from 'typescript-eslint'

// What the type checker reads of a component is its script, which is what the parser hands it when the component's turn comes. Were it to read the whole file
// before, each component would be a change, and the types of all the rest would be worked out anew.
const { readFile } = ts.sys
ts.sys.readFile = (path, encoding) => {
  const text = readFile(path, encoding)
  return path.endsWith('.vue') ? (/<script[^>]*>(.*?)<\/script>/s.exec(text ?? '')?.[1] ?? '') : text
}

const node = { process: 'readonly', console: 'readonly', Buffer: 'readonly', URL: 'readonly', fetch: 'readonly', setTimeout: 'readonly' }

export default tseslint.config(
  { ignores: ['**/node_modules/', '**/dist/', '**/.quasar/', '.vitrine/', 'frontend/src/api/generated/', '**/coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  ...vue.configs['flat/recommended'],
  prettier,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', '.dependency-cruiser.js', 'frontend/*.js'] },
        extraFileExtensions: ['.vue'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', prefer: 'type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/require-await': 'off',
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
    },
  },
  {
    // Nest reads the types of constructor parameters and of DTO fields at run time: an import that looks type-only to the rule is not.
    files: ['backend/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    // Configuration is read in one place, time and ids come from one place.
    files: ['backend/src/**/*.ts'],
    ignores: [
      'backend/src/config/**',
      'backend/src/main.ts',
      'backend/src/**/*.spec.ts',
      'backend/src/common/clock.ts',
      'backend/src/common/ids.ts',
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read the configuration in src/config.' },
        { object: 'Date', property: 'now', message: 'Use now() of common/clock.' },
      ],
    },
  },
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    // The compiler knows what is defined, the browser's names included.
    rules: { 'no-undef': 'off' },
  },
  {
    // Programs for a terminal: printing is what they do.
    files: ['tools/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.js'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { ...tseslint.configs.disableTypeChecked.languageOptions, globals: node },
  },
)
