import { escapeControls } from '../../src/cli/escape.js';

describe('escapeControls', () => {
  it.each([
    ['a title', '\x1b]0;x\x07', '\\x1b]0;x\\x07'],
    ['a clear', '\x1b[2J', '\\x1b[2J'],
    ['the one-character CSI of C1', '\x9b2J', '\\x9b2J'],
    ['a carriage return', 'safe\rrm', 'safe\\rrm'],
    ['a newline', 'a\nb', 'a\\nb'],
    ['NUL, DEL', '\0\x7f', '\\x00\\x7f'],
    ['a right-to-left override', 'exe\u202egnp', 'exe\\u202egnp'],
    ['isolates and marks', '\u2066\u2069\u200e\u200f\u061c', '\\u2066\\u2069\\u200e\\u200f\\u061c'],
    ['line separators and a BOM', '\u2028\u2029\ufeff', '\\u2028\\u2029\\ufeff'],
  ])('writes out %s', (_name, text, shown) => {
    expect(escapeControls(text)).toBe(shown);
  });

  it('leaves tabs, letters of any script and emoji', () => {
    const text = 'a\tb \u00e9 \u05d0 \u4e2d \u{1f468}\u200d\u{1f469} \\n';
    expect(escapeControls(text)).toBe(text);
  });

  it('leaves nothing of C0, DEL and C1 but the tab', () => {
    const all = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join('');
    const left = Array.from(escapeControls(all)).filter((c) => c < ' ' || (c >= '\x7f' && c < '\xa0'));
    expect(left).toEqual(['\t']);
  });
});
