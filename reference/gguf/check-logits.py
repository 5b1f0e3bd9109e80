"""Runs converted models in llama.cpp and holds logits and tokens against transformers.

    LLAMA_CPP=… python reference/gguf/tiny-models.py        (makes the folders)
    python reference/gguf/check-logits.py FOLDER FILE.gguf [FOLDER FILE.gguf …]

FILE.gguf is what `viva model quantize FOLDER FILE.gguf --scheme f32` wrote. Prints, for each, how many of the texts
are tokenised alike, and the largest difference of logits (for BERT of token embeddings) next to their spread.
"""

import json
import sys
from pathlib import Path

import llama_cpp
import numpy as np
import torch
import transformers

sys.stderr = open("/dev/null", "w")


def main():
    for folder, path in zip(sys.argv[1::2], sys.argv[2::2]):
        golden = json.loads(Path(f"{folder}.golden.json").read_text())
        bert = "bert" in folder
        kind = transformers.AutoModel if bert else transformers.AutoModelForCausalLM
        reference = kind.from_pretrained(folder, dtype=torch.float32).eval()
        model = llama_cpp.Llama(path, n_ctx=128, logits_all=True, embedding=bert, pooling_type=0, type_k=0, type_v=0, verbose=False)
        alike, worst, spread = 0, 0.0, 0.0
        for text, ids in golden["ids"].items():
            alike += model.tokenize(text.encode(), add_bos=True, special=True) == ids
            with torch.no_grad():
                out = reference(torch.tensor([ids]))
            expected = (out.last_hidden_state if bert else out.logits)[0].numpy()
            if bert:
                got = np.array(model.embed(text))
            else:
                model.reset()
                model.eval(ids)
                got = np.array(model.scores[: len(ids)])
            worst = max(worst, float(np.abs(got - expected).max()))
            spread = max(spread, float(expected.std()))
        texts = len(golden["ids"])
        print(f"{Path(folder).name}: {alike} of {texts} texts tokenised alike; difference {worst:.1e}, spread {spread:.2f}")


main()
