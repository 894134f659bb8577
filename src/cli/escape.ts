/**
 * What a terminal would act on instead of showing it: C0 without the tab, DEL and C1 (Cc), the marks, embeddings, overrides and isolates that
 * turn the direction of text, and what some terminals break lines at or do not show.
 */
const CONTROLS = /(?!\t)[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;

const NAMED: Readonly<Record<string, string>> = Object.freeze({ '\n': '\\n', '\r': '\\r' });

/** The text with every control character written out, `\x1b` or `\u202e`: it can no longer move, clear, retitle or reorder. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, written);
}

function written(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code.toString(16);
  return NAMED[character] ?? (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`);
}
