import tseslint from 'typescript-eslint';

/**
 * Which folder of src/ may import which others of ours. The arrows point one way: from the shell to the core, never back.
 * ARCHITECTURE.md says what each layer is for.
 */
const layers = {
  kubernetes: [],
  contract: ['kubernetes'],
  reasons: ['kubernetes', 'contract'],
  upgrade: ['kubernetes', 'contract', 'reasons'],
  driver: ['kubernetes', 'contract'],
  cluster: ['kubernetes'],
  'safe-load': ['kubernetes', 'contract', 'cluster'],
  operator: ['kubernetes', 'contract', 'reasons', 'upgrade', 'driver', 'cluster'],
  dashboard: ['kubernetes', 'contract', 'reasons', 'upgrade', 'driver', 'cluster', 'operator'],
  // All that is listed above it.
  cli: 'kubernetes contract reasons upgrade driver cluster safe-load operator dashboard'.split(' '),
  rehearsal: 'kubernetes contract reasons upgrade driver cluster safe-load operator'.split(' '),
  kubectl: 'kubernetes contract reasons upgrade driver cluster operator rehearsal cli'.split(' '),
  invariants: ['kubernetes', 'contract'],
  simulate: ['kubernetes', 'contract', 'reasons', 'driver', 'cluster', 'safe-load', 'operator', 'invariants'],
};

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  files: [`src/${layer}/**/*.{ts,tsx}`],
  ignores: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: Object.keys(layers)
          .filter((other) => other !== layer && !allowed.includes(other))
          .map((other) => ({
            regex: `/${other}/`,
            message: `src/${layer} must not import src/${other}: see ARCHITECTURE.md`,
          })),
      },
    ],
  },
}));

/** The page runs in a browser: of the rest it knows what it is told, and the names of the states. */
const pageRules = {
  files: ['src/dashboard/page/**/*.{ts,tsx}'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...['kubernetes', 'upgrade', 'driver', 'cluster', 'operator', 'server', 'cli'].map((other) => ({
            regex: `/${other}/`,
            message: `The page must not import ${other}: see ARCHITECTURE.md`,
          })),
          {
            regex: '/contract/(?!states)|/reasons/',
            allowTypeImports: true,
            message: 'The page imports of these only types',
          },
          { regex: '^node:', message: 'The page runs in a browser' },
        ],
      },
    ],
  },
};

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // A switch counts once: an exhaustive one over a union is a table, not a maze.
      complexity: ['error', { max: 10, variant: 'modified' }],
      'max-params': ['error', 4],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
      ],
    },
  },
  ...layerRules,
  pageRules,
  {
    files: ['**/*.test.ts', '**/testing/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: { complexity: 'off', 'max-lines': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'src/cli/**/*.ts', 'src/simulate/cli/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['*.mjs', '*.config.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-restricted-syntax': 'off', 'no-console': 'off' },
  },
);
