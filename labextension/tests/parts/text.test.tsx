import { render } from 'preact';
import { describe, expect, it } from 'vitest';
import { Status } from '../../src/views/parts/status';
import { cut, safeUrl, UserText, visible } from '../../src/views/parts/text';

describe("somebody's text", () => {
  it('shows what cannot be seen, or turns what follows', () => {
    expect(visible('a\u202eb\x1bc\nd\te')).toBe('a\\u202eb\\x1bc↵d e');
  });

  it('keeps emoji and other scripts', () => {
    const text = '👩‍🚀 مرحبا 日本';
    expect(visible(text)).toBe(text);
  });

  it('takes marks off that are piled up', () => {
    expect(visible(`a${'\u0301'.repeat(50)}`)).toBe(`a${'\u0301'.repeat(4)}`);
  });

  it('cuts in the middle, never through an emoji', () => {
    expect(cut('0123456789', 7)).toBe('0123…89');
    expect(cut('🦊'.repeat(20), 10)).not.toMatch(
      /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
    );
  });

  it('stays text', () => {
    const el = document.createElement('div');

    render(<UserText text={'<img src=x onerror=alert(1)>'} />, el);

    expect(el.querySelector('img')).toBeNull();
    expect(el.textContent).toBe('<img src=x onerror=alert(1)>');
  });

  it('links only to the web', () => {
    expect(safeUrl('https://example.org/a')).toBe('https://example.org/a');
    expect(['javascript:alert(1)', 'data:text/html,x', 'nothing'].map(safeUrl)).toEqual([
      undefined,
      undefined,
      undefined
    ]);
  });

  it('tells a status by a mark and a word, also one that is a property of all objects', () => {
    const el = document.createElement('div');

    render([<Status key="1" status="FAILED" />, <Status key="2" status="constructor" />], el);

    expect(el.textContent).toBe('✗\u00a0failed?\u00a0constructor');
  });
});
