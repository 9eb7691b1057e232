import { describe, expect, it } from 'vitest';
import { type LoadPage, Pages } from '../../src/panel/pages';

const settle = () => new Promise(resolve => setTimeout(resolve, 25));

/** A list of numbers, that may grow. */
function numbers(from: number, n: () => number, asked: [string | null, number][] = []): LoadPage<number> {
  return async (token, size) => {
    asked.push([token, size]);
    const start = Number(token ?? 0);
    const items = Array.from({ length: Math.min(size, n() - start) }, (_, i) => from + start + i);
    const end = start + items.length;
    return { items, next: end < n() ? String(end) : null };
  };
}

function made(parts: readonly LoadPage<number>[]) {
  const stop = new AbortController();
  let drawn = 0;
  const pages = new Pages(parts, stop.signal, () => drawn++);
  return { pages, stop, drawn: () => drawn };
}

describe('a paged list', () => {
  it('asks for the first page, and for others as far as somebody looks', async () => {
    const asked: [string | null, number][] = [];
    const { pages } = made([numbers(0, () => 1000, asked)]);

    pages.refresh();
    await settle();
    expect([pages.items.length, pages.total]).toEqual([200, { n: 201, exact: false }]);
    pages.want(201);
    await settle();

    expect(pages.items.length).toBe(400);
    expect(asked).toEqual([
      [null, 200],
      ['200', 200]
    ]);
  });

  it('takes few questions to get to the end', async () => {
    const asked: [string | null, number][] = [];
    const { pages } = made([numbers(0, () => 3000, asked)]);

    pages.refresh();
    await settle();
    pages.want(3000);
    await settle();

    expect(pages.items).toEqual(Array.from({ length: 3000 }, (_, i) => i));
    expect(asked).toHaveLength(4);
  });

  it('says how many there are where the server does', async () => {
    const counted: LoadPage<number> = async (...asked) => ({
      ...(await numbers(0, () => 1204)(...asked)),
      found: 1204
    });
    const { pages } = made([counted]);

    pages.refresh();
    await settle();

    expect([pages.items.length, pages.total]).toEqual([200, { n: 1204, exact: true }]);
  });

  it('says only how many there are at least while a part was not asked for', async () => {
    const counted: LoadPage<number> = async (...asked) => ({ ...(await numbers(0, () => 300)(...asked)), found: 300 });
    const { pages } = made([counted, numbers(300, () => 9)]);

    pages.refresh();
    await settle();

    expect(pages.total).toEqual({ n: 300, exact: false });
  });

  it('goes on with the next part where one ends', async () => {
    const { pages } = made([numbers(-2, () => 2), numbers(0, () => 300)]);

    pages.refresh();
    await settle();
    expect(pages.items.slice(0, 4)).toEqual([-2, -1, 0, 1]);
    pages.want(302);
    await settle();

    expect([pages.items.length, pages.total]).toEqual([302, { n: 302, exact: true }]);
  });

  it('is read anew as far as it is looked at, and keeps what is there until then', async () => {
    let n = 500;
    const { pages } = made([numbers(0, () => n)]);
    pages.refresh();
    await settle();
    pages.want(400);
    await settle();

    n = 399;
    pages.refresh();
    expect(pages.items).toHaveLength(400);
    await settle();

    expect(pages.items).toHaveLength(399);
  });

  it('keeps what is there when something goes wrong, asks no more by itself, and tries again', async () => {
    let fails = false;
    let asked = 0;
    const load = numbers(0, () => 500);
    const { pages } = made([
      (token, size, signal) => {
        asked++;
        return fails ? Promise.reject(new Error('gone')) : load(token, size, signal);
      }
    ]);
    pages.refresh();
    await settle();

    fails = true;
    pages.want(300);
    await settle();
    pages.want(310);
    pages.want(320);
    await settle();
    expect([asked, pages.items.length, String(pages.error)]).toEqual([2, 200, 'Error: gone']);
    fails = false;
    pages.refresh();
    await settle();

    expect([pages.items.length, pages.error]).toEqual([400, null]);
  });

  it('is not asked twice at a time', async () => {
    let now = 0;
    let most = 0;
    const load = numbers(0, () => 500);
    const { pages } = made([
      async (token, size, signal) => {
        most = Math.max(most, ++now);
        await settle();
        now--;
        return load(token, size, signal);
      }
    ]);

    for (let i = 0; i < 5; i++) pages.refresh();
    pages.want(450);
    await settle();
    await settle();
    await settle();
    await settle();

    expect(most).toBe(1);
  });

  it('rests after it was read anew for longer than that took', async () => {
    const began: number[] = [];
    const load = numbers(0, () => 10);
    const { pages } = made([
      async (token, size, signal) => {
        began.push(Date.now());
        await new Promise(resolve => setTimeout(resolve, 20));
        return load(token, size, signal);
      }
    ]);

    pages.refresh();
    await settle();
    pages.refresh();
    for (let i = 0; i < 10 && began.length < 2; i++) await settle();

    expect((began[1] ?? 0) - (began[0] ?? 0)).toBeGreaterThan(100);
  });

  it('tells nobody after it ended', async () => {
    const { pages, stop, drawn } = made([numbers(0, () => 10)]);

    pages.refresh();
    stop.abort();
    await settle();

    expect(drawn()).toBe(0);
  });
});
