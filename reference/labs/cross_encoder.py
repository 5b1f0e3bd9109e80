"""Golden file of a cross-encoder's scores, from Python transformers.

  python reference/labs/cross_encoder.py packages/labs/src/encoder/fixtures

Writes a tiny BertForSequenceClassification with random weights and one label as a folder, and what it scores pairs of texts,
each alone, cut to twelve tokens.
"""

import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

OUT = pathlib.Path(sys.argv[1])
NAME = "tiny-cross-encoder"
VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz", *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz"), "量", "化", "the", "model", "##ing", "."]
PAIRS = [
    ["the model", "a model ."],
    ["量化", "the 量化 model"],
    ["the", "z"],
    ["abc", "xyz ."],
    ["the model", "the model the model the model the model the model"],
    ["the model the model the model", "."],
]

settings = dict(vocab_size=len(VOCAB), hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24, max_position_embeddings=12, hidden_act="gelu", layer_norm_eps=1e-12, type_vocab_size=2, num_labels=1)
model = BertForSequenceClassification(BertConfig(**settings, attn_implementation="eager")).eval()
generator = torch.Generator().manual_seed(9)
with torch.no_grad():
    for name, p in model.named_parameters():
        noise = torch.randn(p.shape, generator=generator)
        p.copy_(1 + 0.2 * noise if "LayerNorm.weight" in name else 0.3 * noise)

folder = OUT / NAME
folder.mkdir(parents=True, exist_ok=True)
save_file({k: v.contiguous() for k, v in model.state_dict().items() if "position_ids" not in k}, folder / "model.safetensors", metadata={"format": "pt"})
saved = {"model_type": "bert", "architectures": ["BertForSequenceClassification"], "id2label": {"0": "LABEL_0"}, **{k: v for k, v in settings.items() if k != "num_labels"}}
(folder / "config.json").write_text(json.dumps(saved, indent=1) + "\n")
(folder / "vocab.txt").write_text("\n".join(VOCAB) + "\n", "utf8")
tokenizer = BertTokenizer(str(folder / "vocab.txt"), do_lower_case=True)
with torch.no_grad():
    rows = []
    for query, text in PAIRS:
        encoded = tokenizer(query, text, truncation=True, max_length=12, return_tensors="pt")
        rows.append({"query": query, "text": text, "ids": encoded["input_ids"][0].tolist(), "score": model(**encoded).logits[0, 0].item()})
golden = {"madeWith": {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]}, "pairs": rows}
(OUT / f"{NAME}.golden.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")
