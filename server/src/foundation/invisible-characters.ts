/**
 * Characters that a name or address must not hold, because people cannot see them or because they turn the reading
 * direction: two names that look the same would differ, or one would read as another. Controls, format characters
 * (zero-width and bidi ones among them), separators of lines, whatever Unicode lets programs ignore, non-characters and
 * lone surrogates. Variation selectors stay: Japanese names are written with them.
 */
const invisible =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}[\p{Default_Ignorable_Code_Point}--\p{Variation_Selector}]]/v;

/** "U+200B at character 4" for the first such character of `text`, or undefined. */
export function invisibleCharacterIn(text: string): string | undefined {
  const match = invisible.exec(text);
  if (!match) return undefined;
  const code = (match[0].codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  return `U+${code} at character ${[...text.slice(0, match.index)].length + 1}`;
}

/** What is wrong with `text` as a name that people see, in one line that begins with `label`, or undefined. */
export function visibleNameFault(label: string, text: string): string | undefined {
  const found = invisibleCharacterIn(text);
  return found && `${label} must not hold invisible or direction characters; ${found} came`;
}
