"""Logits of the tiny models by transformers on a CPU in single precision, for the forward pass in TypeScript.

    pip install torch transformers
    python reference/checkpoint/decoder_logits.py

Reads packages/checkpoint/src/gguf/convert/fixtures/NAME (made by reference/gguf/tiny-models.py) and writes
packages/checkpoint/src/decoder/logits.golden.json: two sequences of tokens, and the logits at three places of each.
"""

import base64
import json
from pathlib import Path

import torch
import transformers

ROOT = Path(__file__).parents[2] / "packages/checkpoint/src"
MODELS = ["llama", "mistral", "qwen2", "qwen3"]
SEQUENCES = [[(7 * i + 3) % 400 for i in range(37)], [(31 * i * i + 5) % 400 for i in range(16)]]
PLACES = [0, 9, -1]

golden = {"versions": {"torch": torch.__version__, "transformers": transformers.__version__}, "sequences": SEQUENCES}
for name in MODELS:
    model = transformers.AutoModelForCausalLM.from_pretrained(
        ROOT / "gguf/convert/fixtures" / name, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    golden[name] = []
    for sequence in SEQUENCES:
        with torch.no_grad():
            logits = model(torch.tensor([sequence])).logits[0]
        golden[name].append([base64.b64encode(logits[at].numpy().tobytes()).decode() for at in PLACES])
(ROOT / "decoder/logits.golden.json").write_text(json.dumps(golden, indent=1) + "\n")
