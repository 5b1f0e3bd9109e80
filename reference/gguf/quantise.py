"""Golden files for the quantisers: ggml's own results for a set of awkward rows.

    pip install numpy gguf llama-cpp-python
    python reference/gguf/quantise.py

ggml-base is taken from llama-cpp-python, or from the path in GGML_BASE. It must be an x86-64 build: elsewhere the
compiler may fuse multiplication and addition, and the last bits differ. The dequantised values are those of the
package gguf, which computes them with numpy.
"""

import ctypes
import hashlib
import json
import os
from pathlib import Path

import gguf
import numpy as np

OUT = Path(__file__).parents[2] / "packages/checkpoint/src/gguf/quantise/fixtures"
TYPES = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL"]


def library():
    path = os.environ.get("GGML_BASE")
    if not path:
        import llama_cpp

        path = Path(llama_cpp.__file__).parent / "lib" / "libggml-base.so"
    ggml = ctypes.CDLL(str(path))
    ggml.ggml_quantize_chunk.restype = ctypes.c_size_t
    ggml.ggml_quantize_chunk.argtypes = [
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_int64,
        ctypes.c_int64,
        ctypes.c_int64,
        ctypes.c_void_p,
    ]
    return ggml


def rows():
    rng = np.random.default_rng(20261124)
    normal = lambda n: rng.standard_normal((n, 256))
    parts = [normal(1) * scale for scale in (1e-39, 1e-30, 1e-12, 1e-6, 1e-3, 1.0, 1e3, 1e4)]
    parts += [normal(8) * 0.02, np.abs(normal(2)), -np.abs(normal(2)), 5 + normal(1) * 0.01, -5 + normal(1) * 0.01]
    parts += [np.zeros((1, 256)), np.ones((1, 256)), -np.ones((1, 256)), np.full((1, 256), 1e-44)]
    sparse = normal(3)
    sparse[rng.random(sparse.shape) < 0.9] = 0
    outlier = normal(2) * 0.01
    outlier[:, 17] = 50
    negative_zero = normal(1)
    negative_zero[:, :64] = -0.0
    parts += [sparse, outlier, negative_zero]
    parts += [normal(4) * 10 ** rng.uniform(-40, 4, (4, 256))]
    parts += [normal(3) * 10 ** rng.uniform(-8, 2, (3, 8)).repeat(32, 1)]
    parts += [rng.standard_t(2, (4, 256)), rng.integers(-8, 8, (2, 256)) * 1.0]
    return np.ascontiguousarray(np.concatenate(parts).astype(np.float32))


def main():
    ggml = library()
    x = rows()
    x.tofile(OUT / "rows.f32")
    digests = {}
    for name in TYPES:
        kind = gguf.GGMLQuantizationType[name]
        block, size = gguf.GGML_QUANT_SIZES[kind]
        out = np.zeros((x.shape[0], 256 // block * size), np.uint8)
        ggml.ggml_quantize_chunk(int(kind), x.ctypes.data, out.ctypes.data, 0, x.shape[0], 256, None)
        out.tofile(OUT / f"{name}.bin")
        values = gguf.dequantize(out, kind).astype(np.float32)
        digests[name] = hashlib.sha256(values.tobytes()).hexdigest()
    with np.errstate(over="ignore"):
        x.astype(np.float16).tofile(OUT / "F16.bin")
    gguf.quantize(x, gguf.GGMLQuantizationType.BF16).tofile(OUT / "BF16.bin")
    (OUT / "dequantised.golden.json").write_text(json.dumps(digests, indent=2) + "\n")


main()
