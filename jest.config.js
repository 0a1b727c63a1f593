/** Native ESM: yargs, axios and msw do not load under CommonJS jest. SWC strips the types; `npm run typecheck` checks them. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/sandbox', '<rootDir>/integration_tests'],
  testMatch: ['**/*.test.ts'],
  // APIs that answer otherwise than usual, or are hostile, take minutes: npm run test:variants.
  testPathIgnorePatterns: ['/node_modules/', '/(variants|hostile-api)\\.test\\.ts$'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  // Each test waits for processes and servers of its own for half of its time: no core is kept back for jest itself.
  maxWorkers: '100%',
  testTimeout: 30_000,
};
