"""Writes a checkpoint of the shape of Mistral-7B with random half-precision weights: python seven_b.py FOLDER

14.5 GB in shards of at most 5 GB. One random matrix is cut up for all, so that writing takes a minute, not an hour;
the weights are normal, as trained ones nearly are.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np

out = Path(sys.argv[1])
out.mkdir(parents=True)
hidden, inner, layers, kv, vocab = 4096, 14336, 32, 1024, 32000
shapes = {"model.embed_tokens.weight": (vocab, hidden)}
for i in range(layers):
    p = f"model.layers.{i}."
    shapes |= {
        p + "self_attn.q_proj.weight": (hidden, hidden), p + "self_attn.k_proj.weight": (kv, hidden),
        p + "self_attn.v_proj.weight": (kv, hidden), p + "self_attn.o_proj.weight": (hidden, hidden),
        p + "mlp.gate_proj.weight": (inner, hidden), p + "mlp.up_proj.weight": (inner, hidden),
        p + "mlp.down_proj.weight": (hidden, inner), p + "input_layernorm.weight": (hidden,),
        p + "post_attention_layernorm.weight": (hidden,),
    }
shapes |= {"model.norm.weight": (hidden,), "lm_head.weight": (vocab, hidden)}
pool = (np.random.default_rng(0).standard_normal(vocab * hidden + 4096, dtype=np.float32) * 0.02).astype(np.float16)
shards, size = [{}], 0
for name, shape in shapes.items():
    nbytes = 2 * int(np.prod(shape))
    if size + nbytes > 5e9:
        shards.append({})
        size = 0
    shards[-1][name] = shape
    size += nbytes
weight_map = {}
for i, shard in enumerate(shards):
    file = f"model-{i + 1:05}-of-{len(shards):05}.safetensors"
    header, position = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in shard.items():
        nbytes = 2 * int(np.prod(shape))
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [position, position + nbytes]}
        position += nbytes
        weight_map[name] = file
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(out / file, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for j, shape in enumerate(shard.values()):
            f.write(pool[j % 4096 :][: int(np.prod(shape))].tobytes())
(out / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
(out / "config.json").write_text(json.dumps({
    "architectures": ["MistralForCausalLM"], "model_type": "mistral", "hidden_size": hidden, "intermediate_size": inner,
    "num_hidden_layers": layers, "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": vocab,
    "torch_dtype": "float16",
}, indent=2))
print(len(shapes), "tensors,", len(shards), "shards")
