"""Which type llama-quantize gives each tensor, for models of several shapes.

    pip install numpy gguf
    LLAMA_QUANTIZE=/path/to/llama-quantize python reference/gguf/schemes.py

llama-quantize is built from the source tree that the source package of llama-cpp-python carries.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import gguf
import numpy as np

OUT = Path(__file__).parents[2] / "packages/checkpoint/src/gguf/quantise/fixtures/schemes.golden.json"
SCHEMES = ["q4_0", "q8_0", "q4_k_s", "q4_k_m", "q5_k_s", "q5_k_m", "q6_k", "iq4_nl", "f16"]
SHAPES = [
    dict(arch="llama", layers=24, heads=8, kv=2, ffn=512, tied=False),
    dict(arch="qwen2", layers=10, heads=4, kv=4, ffn=288, tied=True),
    dict(arch="qwen3", layers=9, heads=8, kv=4, ffn=272, tied=True),
    dict(arch="llama", layers=80, heads=8, kv=1, ffn=256, tied=False),
    dict(arch="bert", layers=6, heads=4, kv=4, ffn=512, tied=True),
]
HIDDEN = 256


def write(path, arch, layers, heads, kv, ffn, tied):
    writer = gguf.GGUFWriter(path, arch)
    writer.add_block_count(layers)
    writer.add_context_length(128)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(ffn)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_layer_norm_eps(1e-5)
    writer.add_vocab_size(32)
    writer.add_rope_dimension_count(HIDDEN // heads)
    writer.add_tokenizer_model("no_vocab")
    if arch == "bert":
        writer.add_causal_attention(False)
    rng = np.random.default_rng(1)
    matrix = lambda name, rows, columns: writer.add_tensor(
        name, rng.standard_normal((rows, columns)).astype(np.float32)
    )
    vector = lambda name, size: writer.add_tensor(name, np.ones(size, np.float32))
    matrix("token_embd.weight", 32, HIDDEN)
    if arch == "bert":
        matrix("position_embd.weight", 128, HIDDEN)
        matrix("token_types.weight", 2, HIDDEN)
    else:
        vector("output_norm.weight", HIDDEN)
    if not tied:
        matrix("output.weight", 32, HIDDEN)
    shared = HIDDEN // heads * kv
    for i in range(layers):
        vector(f"blk.{i}.attn_norm.weight", HIDDEN)
        matrix(f"blk.{i}.attn_q.weight", HIDDEN, HIDDEN)
        matrix(f"blk.{i}.attn_k.weight", shared, HIDDEN)
        matrix(f"blk.{i}.attn_v.weight", shared, HIDDEN)
        matrix(f"blk.{i}.attn_output.weight", HIDDEN, HIDDEN)
        if arch != "bert":
            matrix(f"blk.{i}.ffn_gate.weight", ffn, HIDDEN)
        matrix(f"blk.{i}.ffn_up.weight", ffn, HIDDEN)
        matrix(f"blk.{i}.ffn_down.weight", HIDDEN, ffn)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    results = []
    with tempfile.TemporaryDirectory() as work:
        source, target = Path(work) / "source.gguf", Path(work) / "target.gguf"
        for shape in SHAPES:
            write(source, **shape)
            tensors = [[t.name, [int(n) for n in t.shape]] for t in gguf.GGUFReader(source).tensors]
            types = {}
            for scheme in SCHEMES:
                command = [os.environ["LLAMA_QUANTIZE"], source, target, scheme, "2"]
                subprocess.run(command, check=True, capture_output=True)
                names = {t.name: t.tensor_type.name for t in gguf.GGUFReader(target).tensors}
                types[scheme] = " ".join(names[name] for name, _ in tensors)
            results.append({"shape": shape, "tensors": tensors, "types": types})
    OUT.write_text(json.dumps(results) + "\n")


main()
