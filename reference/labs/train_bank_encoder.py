"""Trains the two tiny encoders that the encoder lab ships, on the bank's own questions and answers, and nothing else.

  python reference/labs/train_bank_encoder.py packages/labs/models [MINUTES [FOLDER OF bank-mlm TO GO ON FROM]]

1. a WordPiece vocabulary of 4,096 entries (uncased) over the training paragraphs;
2. `bank-mlm`: BERT with 3 layers of width 64 (4 heads), masked language modelling with BERT's 80/10/10 recipe
   (Devlin et al. 2019) at 30 % masked, on paragraphs of both languages;
3. `bank-sentence`: the same weights tuned further with in-batch contrast on mean-pooled vectors (pairs: the same section
   of a question in both languages, a prompt and its answer, two paragraphs of one answer), MLM kept as a second loss.

One paragraph in ten is held out by a hash of its question and place, and written to `held-out.json`. The labelled queries of
bank/retrieval are never read. Weights are stored in half precision. Needs torch, transformers, tokenizers, safetensors.
"""

import json
import pathlib
import random
import re
import sys
import time
import zlib

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertForMaskedLM, BertTokenizer

BANK = pathlib.Path("bank/questions")
OUT = pathlib.Path(sys.argv[1])
MINUTES = float(sys.argv[2]) if len(sys.argv) > 2 else 12.0
LENGTH, BATCH, SEED = 96, 32, 7
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

clean = lambda text: re.sub(r"[*`#]+", "", text).strip()


def paragraphs():
    """(question, language, section, text) of every paragraph that says something."""
    for folder in sorted(BANK.glob("*/*")):
        for language in ("zh", "en"):
            file = folder / f"{language}.md"
            if not file.exists():
                continue
            section = ""
            for block in re.split(r"\n\s*\n", file.read_text("utf8")):
                if block.startswith("#"):
                    section = block.lstrip("# ").strip() if block.startswith("## ") else section
                    continue
                for line in block.split("\n") if block.lstrip().startswith("-") else [block]:
                    text = clean(line.lstrip("- "))
                    if len(text) >= 12:
                        yield folder.name, language, section, text


ALL = list(paragraphs())
SECTION = {"题目": "prompt", "Prompt": "prompt", "参考答案": "answer", "Answer": "answer"}
EARLIER = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
if EARLIER:
    # What was held out before stays so, however the bank has grown since.
    kept_out = {p["text"] for p in json.loads((EARLIER.parent / "held-out.json").read_text("utf8"))}
    held = [i for i, (*_, t) in enumerate(ALL) if t in kept_out]
else:
    held = [i for i, (q, l, s, t) in enumerate(ALL) if SECTION.get(s) == "answer" and zlib.crc32(f"{q}/{i}".encode()) % 10 == 0]
HELD = set(held)
train = [p for i, p in enumerate(ALL) if i not in HELD]
print(len(ALL), "paragraphs,", len(held), "held out,", sum(len(t) for *_, t in train), "characters to train on")

word_piece = Tokenizer(models.WordPiece(unk_token="[UNK]"))
word_piece.normalizer = normalizers.BertNormalizer(lowercase=True)
word_piece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
word_piece.train_from_iterator(
    (t for *_, t in train),
    trainers.WordPieceTrainer(vocab_size=4096, special_tokens=special, min_frequency=2, limit_alphabet=2600, show_progress=False),
)
vocabulary = word_piece.get_vocab()
words = sorted(vocabulary, key=vocabulary.get)
if EARLIER:
    words = (EARLIER / "vocab.txt").read_text("utf8").rstrip("\n").split("\n")
tokenizer = BertTokenizer(vocab={w: i for i, w in enumerate(words)}, do_lower_case=True)

config = BertConfig(
    vocab_size=len(words), hidden_size=64, num_hidden_layers=3, num_attention_heads=4, intermediate_size=192,
    max_position_embeddings=128, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
)
model = BertForMaskedLM(config)
# Sinusoids (Vaswani et al. 2017) as the first position embeddings: neighbours are found much sooner than from noise.
with torch.no_grad():
    angle = torch.arange(128)[:, None] * 10000 ** (-torch.arange(0, 64, 2) / 64)
    model.bert.embeddings.position_embeddings.weight.copy_(0.03 * torch.cat([angle.sin(), angle.cos()], 1))
print(sum(p.numel() for p in model.parameters()), "parameters,", len(words), "entries")

# Word vectors from counts as the first embeddings (positive pointwise mutual information, reduced to 64 dimensions: Levy &
# Goldberg 2014): half a million characters are too few to learn both words and how to attend from noise.
with torch.no_grad():
    near = torch.zeros(len(words), len(words))
    for *_, t in train:
        row = torch.tensor(tokenizer(t, add_special_tokens=False)["input_ids"])
        for gap in range(1, 5):
            if len(row) > gap:
                near.index_put_((row[:-gap], row[gap:]), torch.tensor(1.0 / gap), accumulate=True)
    near = near + near.T
    total = near.sum()
    chance = near.sum(1, keepdim=True) @ near.sum(0, keepdim=True)
    ppmi = (near * total / chance.clamp(min=1e-9)).clamp(min=1e-9).log().clamp(min=0)
    u, s, _ = torch.svd_lowrank(ppmi, q=64, niter=6)
    vectors = u * s.sqrt()
    model.bert.embeddings.word_embeddings.weight.copy_(vectors / vectors.std() * 0.05)

before = 0
if EARLIER:
    model.load_state_dict({k: v.float() for k, v in load_file(EARLIER / "model.safetensors").items()}, strict=False)
    before = json.loads((EARLIER / "about.json").read_text())["steps"]

pad, mask = tokenizer.pad_token_id, tokenizer.mask_token_id
encode = lambda texts: tokenizer(texts, truncation=True, max_length=LENGTH, padding=True, return_tensors="pt")
ids = [tokenizer(t, truncation=True, max_length=128)["input_ids"] for *_, t in train]


def batch_of(rows):
    width = max(map(len, rows))
    out = torch.full((len(rows), width), pad)
    for at, row in enumerate(rows):
        out[at, : len(row)] = torch.tensor(row)
    return out, (out != pad).long()


def masked(batch, generator=None):
    labels = batch.clone()
    # 30 % and not BERT's 15: more to learn from each pass (Wettig et al. 2023).
    pick = (torch.rand(batch.shape, generator=generator) < 0.3) & (batch > mask)
    labels[~pick] = -100
    how = torch.rand(batch.shape, generator=generator)
    out = batch.clone()
    out[pick & (how < 0.8)] = mask
    swap = pick & (how >= 0.8) & (how < 0.9)
    out[swap] = torch.randint(mask + 1, len(words), (int(swap.sum()),), generator=generator)
    return out, labels


def crop(row):
    """A random window of a paragraph, so that it is never seen twice at the same places."""
    if len(row) <= 40:
        return row
    if random.random() < 0.2:
        return row[:LENGTH]
    size = random.randint(20, 38)
    start = random.randint(1, len(row) - 1 - size)
    return [row[0], *row[start : start + size], row[-1]]


def anywhere(x):
    """Position numbers: from the beginning, or, half of the time, from a random place, so that all places are learnt."""
    start = random.randint(0, 128 - x.shape[1]) if random.random() < 0.5 else 0
    return torch.arange(start, start + x.shape[1]).expand(x.shape)


held_ids = [tokenizer(ALL[i][3], truncation=True, max_length=LENGTH)["input_ids"] for i in held]


@torch.no_grad()
def held_out():
    model.eval()
    g = torch.Generator().manual_seed(1)
    right = total = loss = 0
    for at in range(0, len(held_ids), 32):
        x, attention = batch_of(held_ids[at : at + 32])
        y = x.clone()
        pick = (torch.rand(x.shape, generator=g) < 0.15) & (x > mask)
        x[pick] = mask
        logits = model(input_ids=x, attention_mask=attention).logits[pick]
        loss += torch.nn.functional.cross_entropy(logits, y[pick], reduction="sum").item()
        right += (logits.argmax(-1) == y[pick]).sum().item()
        total += int(pick.sum())
    model.train()
    return right / total, loss / total, total


def write(name, about):
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    state = {k: v.half().contiguous() for k, v in model.state_dict().items() if "decoder" not in k and "position_ids" not in k}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    saved = {k: getattr(config, k) for k in (
        "vocab_size hidden_size num_hidden_layers num_attention_heads intermediate_size hidden_act max_position_embeddings "
        "type_vocab_size layer_norm_eps pad_token_id"
    ).split()}
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", "architectures": ["BertForMaskedLM"], **saved}, indent=1) + "\n")
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", "utf8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": True, "tokenizer_class": "BertTokenizer"}, indent=1) + "\n")
    (folder / "about.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n")


def optimiser(rate):
    decay = [p for n, p in model.named_parameters() if p.dim() > 1]
    rest = [p for n, p in model.named_parameters() if p.dim() <= 1]
    return torch.optim.AdamW([{"params": decay, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0.0}], lr=rate, betas=(0.9, 0.98))


model.train()
opt = optimiser(2e-3)
began, budget, step, best = time.time(), MINUTES * 60 * 0.75, 0, 0
while (spent := time.time() - began) < budget:
    rate = 3e-3 * min(1, step / 100) * max(0.02, 1 - spent / budget)
    for group in opt.param_groups:
        group["lr"] = rate
    x, attention = batch_of([crop(r) for r in random.sample(ids, BATCH)])
    x, labels = masked(x)
    hidden = model.bert(input_ids=x, attention_mask=attention, position_ids=anywhere(x)).last_hidden_state
    pick = labels != -100
    loss = torch.nn.functional.cross_entropy(model.cls(hidden[pick]), labels[pick])
    opt.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    step += 1
    if step % 250 == 0:
        print(step, round(loss.item(), 3), held_out(), round(spent), flush=True)

counts = torch.bincount(torch.tensor([i for r in ids for i in r if i > mask]), minlength=len(words))
commonest = int(counts.argmax())
unigram = sum(i == commonest for r in held_ids for i in r) / sum(i > mask for r in held_ids for i in r)
accuracy, nats, places = held_out()
shared = {"trainedOn": "questions and answers of Viva's bank, Chinese and English", "date": "2026-11-24", "characters": sum(len(t) for *_, t in train),
          "parameters": sum(p.numel() for p in model.parameters()), "script": "reference/labs/train_bank_encoder.py"}
write("bank-mlm", {**shared, "objective": "masked language modelling", "steps": before + step,
                   "heldOut": {"places": places, "accuracy": accuracy, "nats": nats, "commonestToken": unigram}})

pairs = []
by = {}
for q, language, section, text in train:
    by.setdefault((q, SECTION.get(section)), {}).setdefault(language, []).append(text)
for (q, kind), texts in by.items():
    if kind is None:
        continue
    zh, en = texts.get("zh", []), texts.get("en", [])
    if len(zh) == len(en):
        pairs += [(q, a, b) for a, b in zip(zh, en)]
    for own in (zh, en):
        pairs += [(q, own[a], own[b]) for a in range(len(own)) for b in range(a)]
    if kind == "prompt":
        answers = by.get((q, "answer"), {})
        for language, prompts in texts.items():
            pairs += [(q, p, a) for p in prompts for other in answers.values() for a in other]
print(len(pairs), "pairs")


def pooled(texts):
    rows, attention = batch_of([crop(tokenizer(t, truncation=True, max_length=128)["input_ids"]) for t in texts])
    hidden = model.bert(input_ids=rows, attention_mask=attention, position_ids=anywhere(rows)).last_hidden_state
    weight = attention.unsqueeze(-1).float()
    return torch.nn.functional.normalize((hidden * weight).sum(1) / weight.sum(1), dim=-1)


opt = optimiser(5e-4)
began, budget, tuned = time.time(), MINUTES * 60 * 0.25, 0
questions = sorted({q for q, *_ in pairs})
groups = {q: [p for p in pairs if p[0] == q] for q in questions}
while (spent := time.time() - began) < budget:
    for group in opt.param_groups:
        group["lr"] = 5e-4 * min(1, tuned / 50) * max(0.02, 1 - spent / budget)
    # One pair a question: two pairs of one question would be false negatives of each other.
    chosen = [random.choice(groups[q]) for q in random.sample(questions, min(40, len(questions)))]
    left, right = pooled([a for _, a, _ in chosen]), pooled([b for *_, b in chosen])
    logits = left @ right.T / 0.07
    target = torch.arange(len(chosen))
    contrast = (torch.nn.functional.cross_entropy(logits, target) + torch.nn.functional.cross_entropy(logits.T, target)) / 2
    x, attention = batch_of([crop(r) for r in random.sample(ids, 24)])
    x, labels = masked(x)
    hidden = model.bert(input_ids=x, attention_mask=attention, position_ids=anywhere(x)).last_hidden_state
    pick = labels != -100
    loss = contrast + torch.nn.functional.cross_entropy(model.cls(hidden[pick]), labels[pick])
    opt.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    tuned += 1
    if tuned % 100 == 0:
        print(tuned, round(contrast.item(), 3), (logits.argmax(1) == target).float().mean().item(), round(spent), flush=True)

accuracy, nats, places = held_out()
write("bank-sentence", {**shared, "objective": "masked language modelling, then in-batch contrast of mean-pooled paragraphs", "steps": before + step, "tuningSteps": tuned,
                        "heldOut": {"places": places, "accuracy": accuracy, "nats": nats, "commonestToken": unigram}})
(OUT / "held-out.json").write_text(json.dumps([{"id": ALL[i][0], "language": ALL[i][1], "text": ALL[i][3]} for i in held], ensure_ascii=False, indent=0) + "\n", "utf8")
print("done", step, tuned, accuracy, nats)
