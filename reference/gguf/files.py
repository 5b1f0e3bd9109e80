"""A small GGUF file with every kind of metadata, written by the package gguf.

pip install numpy gguf; python reference/gguf/files.py
"""

from pathlib import Path

import gguf
import numpy as np

OUT = Path(__file__).parents[2] / "packages/checkpoint/src/gguf/format/fixtures/every-kind.gguf"

writer = gguf.GGUFWriter(OUT, "llama")
writer.add_uint8("kind.uint8", 200)
writer.add_int8("kind.int8", -100)
writer.add_uint16("kind.uint16", 60000)
writer.add_int16("kind.int16", -30000)
writer.add_uint32("kind.uint32", 4_000_000_000)
writer.add_int32("kind.int32", -2_000_000_000)
writer.add_float32("kind.float32", 0.1)
writer.add_bool("kind.bool", True)
writer.add_string("kind.string", "口试 — viva voce 🎓")
writer.add_uint64("kind.uint64", 2**64 - 1)
writer.add_int64("kind.int64", -(2**63))
writer.add_float64("kind.float64", 0.1)
writer.add_array("kind.strings", ["a", "", "中"])
writer.add_array("kind.ints", [1, -2, 3])
writer.add_array("kind.floats", [0.5, -0.25])
writer.add_array("kind.bools", [True, False])
rng = np.random.default_rng(7)
writer.add_tensor("token_embd.weight", rng.standard_normal((3, 64)).astype(np.float32))
writer.add_tensor("half.weight", rng.standard_normal((2, 5)).astype(np.float16))
quantised = gguf.quantize(rng.standard_normal((4, 64)).astype(np.float32), gguf.GGMLQuantizationType.Q8_0)
writer.add_tensor("q8.weight", quantised, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
