import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    sequence: { shuffle: true },
    restoreMocks: true,
    // What draws has a page to draw on; the others do without, which takes a second less for each file.
    projects: [
      { extends: true, test: { name: 'pure', environment: 'node', include: ['tests/**/*.test.ts'] } },
      {
        extends: true,
        oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
        test: { name: 'drawn', environment: 'happy-dom', include: ['tests/**/*.test.tsx'] }
      }
    ]
  }
});
