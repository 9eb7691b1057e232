import { describe, expect, it } from 'vitest';
import { Storing } from '../../src/ui/kept';

function storage(values: Record<string, string> = {}) {
  return {
    values,
    getItem: (key: string) => values[key] ?? null,
    setItem: (key: string, value: string) => {
      values[key] = value;
    }
  };
}

describe('what is kept in the browser', () => {
  it('is there for the same server, and for no other', () => {
    const place = storage();
    new Storing(place, '/a/').set('x', { n: 1 });

    expect(new Storing(place, '/a/').get('x')).toEqual({ n: 1 });
    expect(new Storing(place, '/b/').get('x')).toBeNull();
  });

  it('is nothing where somebody else wrote it', () => {
    expect(new Storing(storage({ 'nbflow:/:x': '{' }), '/').get('x')).toBeNull();
  });

  it('is kept until the page is left where the browser keeps nothing', () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      }
    };
    for (const place of [full, null]) {
      const kept = new Storing(place, '/');
      kept.set('x', 1);
      expect(kept.get('x')).toBe(1);
    }
  });
});
