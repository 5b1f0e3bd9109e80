"""Golden file of the tokenizer: what transformers' BertTokenizer makes of some hundreds of tricky strings.

  python reference/labs/bert_tokenizer.py packages/labs/models/bank-mlm/vocab.txt > packages/labs/src/encoder/fixtures/tokenizer.golden.json

`never_split` is a thing of the older, pure Python BertTokenizerLegacy; those cases come from it.
"""

import hashlib
import json
import random
import sys

import tokenizers
import transformers
from tokenizers import AddedToken, normalizers
from transformers import BertTokenizer
from transformers.models.bert.tokenization_bert_legacy import BertTokenizerLegacy

VOCAB = sys.argv[1]
words = open(VOCAB, encoding="utf8").read().rstrip("\n").split("\n")
vocab = {w: i for i, w in enumerate(words)}
make = lambda **o: BertTokenizer(vocab=vocab, **o)
kinds = {
    "uncased": make(),
    "cased": make(do_lower_case=False),
    "stripped": make(do_lower_case=False, strip_accents=True),
    "accented": make(do_lower_case=True, strip_accents=False),
    "noChinese": make(tokenize_chinese_chars=False),
}

texts = [
    "", " ", "\n\t \r\n", "Hello world", "hello world!", "  hello   world  ", "HELLO WORLD", "don't stop", "state-of-the-art",
    "大模型面试", "量化会损失多少精度？", "用GPU训练7B模型需要24GB显存。", "中文English混排test测试123", "“引号”、《书名》……——破折号",
    "ｆｕｌｌｗｉｄｔｈ　ＡＢＣ１２３", "café naïve résumé Ångström", "cafe\u0301 nai\u0308ve", "ÀÉÎÕÜ àéîõü ß ẞ", "Straße STRASSE", "İstanbul Iıİi", "ΣΊΣΥΦΟΣ ὈΔΥΣΣΕΎΣ",
    "Ǆ ǅ ǆ ﬁ ﬂ ﬀ Ŀ", "Привет мир Ёлка ЙОГ", "שָׁלוֹם עולם", "مَرْحَبًا بِكُم", "नमस्ते दुनिया", "สวัสดีชาวโลก", "こんにちは世界 カタカナ ｶﾀｶﾅ", "한국어 토큰화 각", "各 \u1100\u1161\u11a8",
    "Tiếng Việt có dấu", "𠀀𠮷𪚥 rare han", "𫠠𫠟𬺡𫝀𫠝 extension e", "\U0002b820\U0002b91f\U0002b920", "豈更車 兩", "丽丸乁", "〇〡〢々〆ヶ", "⼀⼁ ⺀⺁ radicals",
    "a\u0000b\ufffdc", "zero\u200bwidth\u200djoin\ufeffbom", "soft\u00adhyphen", "nbsp\u00a0here\u202fnarrow\u2009thin\u3000wide", "line\u2028sep\u2029para\u0085next\u000bvt\u000cff", "tab\tnew\nline\rret",
    "\u202eright to left\u202c", "control\u0001\u0002\u001f\u007f\u009fchars", "private\ue000use\U000f0000", "unassigned\u0378 \U000e0fff",
    "emoji 😀👍🏽👨‍👩‍👧 🇨🇳 ❤️ ☃", "math ∑∫√∞≈≠≤≥±×÷ 𝒜𝓑𝔸", "currency $€£¥₹₿", "`code` ~tilde^caret <tag> a|b {x} [y] (z) \\back", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "¡¿«»‹›„“”‘’‚‛‐‑‒–—―‖‗†‡•…‰′″‴‵", "§¶·¸ª º ° © ® ™", "、。〃〈〉《》「」『』【】〔〕〖〗〜〝〞〟", "！＂＃＄％＆＇（）＊＋，－．／：；＜＝＞？＠［＼］＾＿｀｛｜｝～", "؟،؛٪ ۔ ।॥ ၊။ ።፣",
    "1,234.56 3.14e-10 0x1F 1/2 ½ ² ³ ①② Ⅳ ⅷ", "10:30 2026-11-24 24/7 +86-10-1234", "user@example.com https://a.b/c?d=e&f=g#h", "C++ C# .NET node.js f(x)=x^2", "snake_case camelCase PascalCase kebab-case",
    "[MASK]", "[CLS] hello [SEP] world [PAD] [UNK]", "hello[MASK]world", "[mask] [Mask] [ MASK ]", "[MASK][MASK] [MASK]", "the [MASK] is [MASK].", "模型[MASK]训练", "x[SEP]y[CLS]z", "[[MASK]]", "[MASK", "MASK]", "[UNK] unk",
    "a" * 99, "a" * 100, "a" * 101, "量" * 120, "é" * 100, "é" * 101, "ab" * 50 + " c", "x" * 300, "supercalifragilisticexpialidocious", "antidisestablishmentarianism", "q" * 7, "zzzzqqqqxxxx",
    "quantisation quantization quantised", "transformers attention heads", "the model predicts tokens", "embedding embeddings embedded", "GPT-4 BERT RoBERTa LLaMA-2-13B", "0.75689 becomes 193", "NF4/FP4 int8",
    "\u0301 lone accent", "e\u0301\u0302\u0303 stacked", "a\u0336b\u0336c", "\u0130\u0307", "Å Å Å", "Ω Ω", "K K", "\u1e9b\u0323", "ﷺ ﷲ", "㍿ ㎏ ㏒ ℡", "‿⁀⁔ ﹏_", "\u1680ogham\u180emongol", "᙮ ᙭ \U000111c9", "؜arabic\u061cmark\u0890",
    "\u2066isolate\u2069", "\U0001d15e\U0001d15f", "\u0344\u0340\u0341", "ά ά", "᾿Αθῆναι", "\u1fef\u037e\u0387", "ʼn ǰ ẖ", "\u00b4 \u00a8 \u02d8 \u02da", "ß\u0301", "Ⱥ Ⱦ Ɐ", "ᲐᲑ აბ", "Ꭰ ꭰ", "𐐀𐐨 𞤀𞤢",
    "\u0f0b tibetan \u0f0d\u0f0e", "\u104a\u104b", "\u3164 \uffa0 fillers", "\u2800 braille ⠓⠑", "\u00a0", "\u3000", "\u200b", "\u0000", "\ufffd", "-", "--", "...", "'", "''", "a'b", "A", "a", "中", "，", "。",
]
random.seed(20)
pools = [
    "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", " \t\n\u00a0\u3000", ".,;:!?'\"-_()[]{}", "，。！？、；：“”（）",
    "模型训练数据量化注意力推理", "éèêüñçåøÅÉß", "\u0301\u0308\u0327", "αβγΣςΩ", "абвЁй", "アイウ한글", "😀👍\u200d\ufe0f", "\u200b\u0000\u00ad\ufffd\u0007", "①½²Ⅳ",
]
pieces = ["[MASK]", "[SEP]", "[mask]", "model", "token", "the ", " of ", "##ing", "训练", "self-", "GPU", "ing"]
for _ in range(320):
    out = ""
    for _ in range(random.randint(1, 14)):
        out += random.choice(pieces) if random.random() < 0.25 else "".join(random.choice(random.choice(pools)) for _ in range(random.randint(1, 6)))
    texts.append(out)
for _ in range(60):
    texts.append("".join(chr(c) for c in (random.choice([random.randrange(0x20, 0x3000), random.randrange(0x3000, 0xD800), random.randrange(0xE000, 0x20000), random.randrange(0x20000, 0x31000)]) for _ in range(random.randint(1, 12)))))

cases = []
for text in texts:
    case = {"text": text}
    base = kinds["uncased"].tokenize(text)
    for kind, tokenizer in kinds.items():
        tokens = tokenizer.tokenize(text)
        if kind == "uncased" or tokens != base:
            case[kind] = tokens
    encoded = kinds["uncased"](text)
    case["ids"] = encoded["input_ids"]
    cases.append(case)

short = [t for t in texts if 0 < len(t) < 60][:60]
pairs = []
for i in range(40):
    a, b = short[i], short[-1 - i]
    e = kinds["uncased"](a, b)
    pairs.append({"text": a, "pair": b, "ids": e["input_ids"], "typeIds": e["token_type_ids"], "attentionMask": e["attention_mask"]})

cuts = []
long, other = "the model predicts the next token from all tokens before it", "attention weights sum to one"
for a, b in [(long, other), (other, long), (long, long), (other, other)]:
    for length in (3, 4, 5, 6, 7, 9, 10, 12, 15, 18, 24, 40):
        for strategy in ("longest_first", "only_first", "only_second"):
            try:
                e = kinds["uncased"](a, b, truncation=strategy, max_length=length)["input_ids"]
            except Exception:
                e = None
            cuts.append({"text": a, "pair": b, "maxLength": length, "truncation": strategy.replace("_", "-"), "ids": e})
for length in (2, 3, 5, 8, 20):
    cuts.append({"text": long, "maxLength": length, "truncation": "longest-first", "ids": kinds["uncased"](long, truncation=True, max_length=length)["input_ids"]})

pads = []
group = [long, other, "大模型", ""]
for options in ({"padding": True}, {"padding": "max_length", "max_length": 20, "truncation": True}, {"padding": True, "pad_to_multiple_of": 8}, {"padding": True, "padding_side": "left"}):
    e = kinds["uncased"](group, **options)
    pads.append({"options": options, "ids": e["input_ids"], "typeIds": e["token_type_ids"], "attentionMask": e["attention_mask"]})

never = []
keep = ["Token", "GPU", "model-size", "[KEEP]"]
legacy = BertTokenizerLegacy(VOCAB, never_split=keep)
for text in ["a Token here", "Token", "token Token TOKEN", "GPU-GPU GPU", "model-size and Model-size", "[KEEP] this [keep]", "中GPU文", "Token.", "the GPU\tmodel-size\nToken", "hello Token, world"]:
    never.append({"text": text, "tokens": legacy.tokenize(text)})

adds = make()
adds.add_tokens([AddedToken("<drug>", normalized=False), AddedToken("NewWord", normalized=True), AddedToken("qqz", single_word=True, normalized=False), AddedToken("<l>", lstrip=True, normalized=False), AddedToken("<r>", rstrip=True, normalized=False), AddedToken("<drug>x", normalized=False)])
table = [
    {"id": i, "content": t.content, "special": t.special, "single_word": t.single_word, "lstrip": t.lstrip, "rstrip": t.rstrip, "normalized": t.normalized}
    for i, t in adds.added_tokens_decoder.items()
]
added = [
    {"text": t, "ids": adds(t, add_special_tokens=False)["input_ids"]}
    for t in ["take <drug> now", "take<drug>now", "<drug>xy <drug>x", "newword NEWWORD NewWord new word", "xnewwordy", "qqz cqqz qqzc qqz, (qqz) qqz", "a <l> b", "a<l>b", "a   <r>   b", "<l><r> <l> <r>", "[MASK] <drug>[MASK]", "NéwWord", "qqz", "_qqz qqz_ 中qqz éqqz 1qqz", "<DRUG>"]
]

full = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
digests = {}
for block in range(0, 0x110000, 0x400):
    if 0xD800 <= block < 0xE000:
        continue
    text = "\n".join(full.normalize_str(chr(c)) for c in range(block, block + 0x400))
    digests[f"{block:x}"] = hashlib.sha256(text.encode()).hexdigest()[:12]

json.dump(
    {
        "madeWith": {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__},
        "cases": cases, "pairs": pairs, "cuts": cuts, "pads": pads,
        "neverSplit": {"words": keep, "cases": never}, "added": {"tokens": table, "cases": added}, "normalized": digests,
    },
    sys.stdout, ensure_ascii=True, indent=None, separators=(",", ":"),
)
