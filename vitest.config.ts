import { defineConfig } from 'vitest/config';

// Unit tests read the sources; end-to-end tests run the built commands in dist/.
const shared = {
  resolve: { conditions: ['toolgate-source'] },
  ssr: { resolve: { conditions: ['toolgate-source'] } },
};

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: { name: 'unit', include: ['src/**/*.test.ts'], testTimeout: 20_000 },
      },
      {
        ...shared,
        test: { name: 'web', include: ['web/src/**/*.test.ts'], testTimeout: 20_000 },
      },
      {
        ...shared,
        test: {
          name: 'across',
          include: ['test/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
