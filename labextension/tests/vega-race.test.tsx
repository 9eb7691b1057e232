import { expect, it } from 'vitest';
import { vega } from '../src/views/vega';

const SPEC = {
  data: { values: [{ x: 1 }] },
  mark: 'point',
  encoding: { x: { field: 'x', type: 'quantitative' } }
};

it('a drawing that was given up leaves the next one in its place alone', async () => {
  const place = document.body.appendChild(document.createElement('div'));
  const [given, kept] = [new AbortController(), new AbortController()];

  const first = vega.draw(place, SPEC, given.signal);
  given.abort();
  await Promise.all([first, vega.draw(place, SPEC, kept.signal)]);

  expect(place.childNodes.length).toBeGreaterThan(0);
  kept.abort();
});
