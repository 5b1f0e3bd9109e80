"""Small integers packed by compressed-tensors, for packages/checkpoint/src/quantize/packed.golden.json.

    pip install torch compressed-tensors
    python reference/checkpoint/make_packed.py
"""

import json
from pathlib import Path

import compressed_tensors
import torch
from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32
from compressed_tensors.quantization import QuantizationArgs
from compressed_tensors.quantization.lifecycle.forward import dequantize

torch.manual_seed(3)
codes = torch.randint(-8, 8, (11, 40), dtype=torch.int8)
zeros = torch.randint(-8, 8, (11, 5), dtype=torch.int8)
scales = torch.rand(11, 5) * 0.1
args = QuantizationArgs(num_bits=4, symmetric=False, strategy="group", group_size=8)
out = Path(__file__).parents[2] / "packages/checkpoint/src/quantize/packed.golden.json"
out.write_text(json.dumps({
    "versions": {"torch": torch.__version__, "compressed-tensors": compressed_tensors.__version__},
    "codes": codes.flatten().tolist(), "packed": pack_to_int32(codes, 4).flatten().tolist(),
    "zeros": zeros.flatten().tolist(), "packedZeros": pack_to_int32(zeros, 4, packed_dim=0).flatten().tolist(),
    "scales": scales.flatten().tolist(),
    "values": dequantize(codes, scales, zeros, args).flatten().tolist(),
}) + "\n")
