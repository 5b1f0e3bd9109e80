"""Writes the character classes that the reference tokenizer works with, as it shows them by what it does.

  python reference/labs/unicode_ranges.py > packages/labs/src/encoder/tokenizer/unicode-ranges.ts

The reference (Hugging Face tokenizers, which BertTokenizer of transformers 5 stands on) has Unicode tables of several
ages: punctuation and combining marks of an old Unicode, lower case and decomposition of a recent one. A JavaScript engine
has its own, so the classes are read off the reference, character by character. Needs tokenizers.
"""

import tokenizers
from tokenizers import normalizers, pre_tokenizers

off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
clean = normalizers.BertNormalizer(**{**off, "clean_text": True})
chinese = normalizers.BertNormalizer(**{**off, "handle_chinese_chars": True})
accents = normalizers.BertNormalizer(**{**off, "strip_accents": True})
split = pre_tokenizers.BertPreTokenizer()
classes = {name: [] for name in ("REMOVED", "SPACE", "CHINESE", "ACCENT", "PUNCTUATION", "SEPARATOR")}
for code in range(0x110000):
    if 0xD800 <= code < 0xE000:
        continue
    char = chr(code)
    cleaned = clean.normalize_str(f"a{char}b")
    if cleaned == "ab":
        classes["REMOVED"].append(code)
    elif cleaned == "a b":
        classes["SPACE"].append(code)
    if chinese.normalize_str(char) != char:
        classes["CHINESE"].append(code)
    if accents.normalize_str(char) == "":
        classes["ACCENT"].append(code)
    pieces = split.pre_tokenize_str(f"a{char}b")
    if len(pieces) == 3:
        classes["PUNCTUATION"].append(code)
    elif len(pieces) == 2:
        classes["SEPARATOR"].append(code)

ABOUT = {
    "REMOVED": "Taken out by cleaning: controls, formats, private use, U+0000 and U+FFFD.",
    "SPACE": "Turned into a space by cleaning.",
    "CHINESE": "Gets a space on either side. U+2B820 to U+2B91F lack: a slip of the reference, kept.",
    "ACCENT": "Dropped after decomposition where accents are stripped.",
    "PUNCTUATION": "Stands alone as a word.",
    "SEPARATOR": "Ends a word and is dropped.",
}


def ranges(codes):
    out = []
    for code in codes:
        if out and out[-1][1] == code - 1:
            out[-1][1] = code
        else:
            out.append([code, code])
    return " ".join(f"{a:x}" if a == b else f"{a:x}-{b:x}" for a, b in out)


def wrapped(text, width=100):
    lines, line = [], ""
    for word in text.split(" "):
        if len(line) + len(word) + 1 > width:
            lines.append(line)
            line = ""
        line += ("" if line == "" else " ") + word
    return [*lines, line]


print(f"/** Character classes as tokenizers {tokenizers.__version__} has them; written by reference/labs/unicode_ranges.py. */")
print("""
/** Sorted, disjoint ranges of code points: first and last in turn. */
export type Ranges = Uint32Array;

const read = (text: string): Ranges =>
  Uint32Array.from(
    text.split(' ').flatMap((range) => {
      const [first = '', last = first] = range.split('-');
      return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
    }),
  );

/** Whether a code point lies in one of the ranges, by bisection. */
export function within(ranges: Ranges, code: number): boolean {
  let low = 0;
  let high = ranges.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (code < (ranges[2 * middle] as number)) high = middle - 1;
    else if (code > (ranges[2 * middle + 1] as number)) low = middle + 1;
    else return true;
  }
  return false;
}""")
for name, codes in classes.items():
    lines = wrapped(ranges(codes))
    print(f"\n/** {ABOUT[name]} */")
    if len(lines) == 1:
        print(f"export const {name} = read('{lines[0]}');")
    else:
        print(f"export const {name} = read(\n  [\n" + "\n".join(f"    '{line}'," for line in lines) + "\n  ].join(' '),\n);")
