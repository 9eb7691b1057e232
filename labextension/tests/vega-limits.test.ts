import { describe, expect, it } from 'vitest';
import { logger, noNetwork } from '../src/views/vega-limits';

describe('noNetwork', () => {
  it.each(['https://example.org/x.json', 'file:///etc/passwd', '/api/contents', 'data:text/csv,a'])(
    'loads nothing from %s, and says so',
    async address => {
      const problems: string[] = [];

      await expect(noNetwork(problems).load(address)).rejects.toThrow(/Nothing is loaded/);

      expect(problems).toHaveLength(1);
    }
  );

  it.each([
    ['https://example.org', 'href'],
    ['HTTP://example.org', 'href'],
    ['data:image/png;base64,AAAA', 'image']
  ])('lets %s be a %s', async (address, context) => {
    const { href } = await noNetwork([]).sanitize(address, { context } as never);

    expect(href).toBe(address);
  });

  it.each([
    ['javascript:alert(1)', 'href'],
    [' javascript:alert(1)', 'href'],
    ['data:text/html,<script>', 'href'],
    ['//example.org', 'href'],
    ['https://example.org/track.png', 'image'],
    ['data:text/html,x', 'image'],
    ['https://example.org', undefined]
  ])('does not let %s be a %s', async (address, context) => {
    await expect(noNetwork([]).sanitize(address, { context } as never)).rejects.toThrow();
  });
});

describe('logger', () => {
  it('keeps errors, and nothing else', () => {
    const problems: string[] = [];

    logger(problems).warn('a').info('b').debug('c').error('Expression failed', new Error('no such field'));

    expect(problems).toEqual(['no such field']);
  });
});
