import { expect, it } from 'vitest';
import { readPreview } from '../src/views/artifacts/data';
import { savedBytes } from '../src/views/artifacts/download';

it.each([
  ['text', { kind: 'text', language: 'text', text: 'naïve', cut: null }],
  ['page', { kind: 'html', html: 'naïve' }]
])('gives the bytes of a saved %s, if they are those of its file', (_, preview) => {
  expect(savedBytes(readPreview({ ...preview, size: 6 }))).toHaveLength(6);
  expect(savedBytes(readPreview({ ...preview, size: 5 }))).toBeUndefined(); // it was Latin-1
});
