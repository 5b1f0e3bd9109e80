"""Makes the golden files of packages/checkpoint/src/fixtures from bitsandbytes on CPU.

    pip install torch transformers bitsandbytes safetensors accelerate
    python reference/checkpoint/make_golden.py packages/checkpoint/src/fixtures

One thread, so that PyTorch's sum (the mean of absmax) is in the order of one thread.
"""

import json
import os
import sys
from pathlib import Path

os.environ["CUDA_VISIBLE_DEVICES"] = ""
import bitsandbytes as bnb
import bitsandbytes.functional as F
import torch
import transformers
from safetensors.torch import save_file

torch.set_num_threads(1)
out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)


def weights(shape, seed, dtype):
    """Normal weights with a few large outliers, zeros, subnormals and a block of zeros."""
    generator = torch.Generator().manual_seed(seed)
    flat = (torch.randn(shape, generator=generator) * 0.02).flatten()
    flat[::97] *= 30
    flat[5:9] = torch.tensor([0.0, -0.0, 1e-30, -1e-30])
    if flat.numel() > 600:
        flat[256:512] = 0.0
        flat[512:576] = 1e-40
    return flat.reshape(shape).to(dtype)


def dequantize(packed, state):
    """bitsandbytes' own kernel where its answer is right.

    Its AVX-512 kernel (0.50.2) counts blocks row by row, so where a row is no whole number of blocks it takes the
    wrong scale; there the definition (level times scale) stands in.
    """
    if state.shape[-1] % state.blocksize == 0:
        return F.dequantize_4bit(packed, state).contiguous()
    flat = packed.flatten()
    codes = torch.stack([flat >> 4, flat & 15], dim=1).flatten()[: state.shape.numel()].long()
    absmax = state.absmax
    if state.nested:
        absmax = F.dequantize_blockwise(state.absmax, state.state2) + state.offset
    scales = absmax.repeat_interleave(state.blocksize)[: codes.numel()]
    return (state.code[codes] * scales).reshape(state.shape).to(state.dtype)


tensors, cases = {}, []
plan = [
    ([96, 64], "float32"), ([64, 96], "float16"), ([64, 96], "bfloat16"),
    ([31, 70], "float32"), ([7, 11], "float16"), ([1, 4097], "float32"), ([3, 256], "bfloat16"),
]
for index, (shape, dtype) in enumerate(plan):
    source = weights(shape, index, getattr(torch, dtype))
    tensors[f"{index}.source"] = source
    for quant_type in ("nf4", "fp4"):
        for blocksize in (64, 128, 256, 512, 1024, 2048, 4096):
            if blocksize not in (64, 256, 4096) and index > 1 and not index == 6:
                continue
            for double in (False, True):
                packed, state = F.quantize_4bit(
                    source, blocksize=blocksize, quant_type=quant_type, compress_statistics=double
                )
                name = f"{index}.{quant_type}.{blocksize}.{'double' if double else 'single'}"
                tensors[f"{name}.weight"] = packed
                for key, value in state.as_dict(packed=True).items():
                    tensors[f"{name}.weight.{key}"] = value.contiguous().clone()
                if index != 5:
                    tensors[f"{name}.dequantized"] = dequantize(packed, state)
                cases.append({"name": name, "index": index, "quantType": quant_type, "blockSize": blocksize,
                              "double": double, "dtype": dtype})
# A sum over more values than one run of PyTorch's cascade holds: only the mean is kept.
sums = []
for count in (1, 7, 31, 32, 33, 100, 1000, 4096, 30000, 65536, 300001):
    bits = (torch.arange(count, dtype=torch.int64) * 2654435761) % 2**32 // 256
    sums.append({"count": count, "mean": (bits.float() / 2**24).mean().item()})
# LLM.int8() weights, row by row.
for index, dtype in ((0, torch.float16), (1, torch.bfloat16), (2, torch.float32)):
    rows = weights([24, 48], 100 + index, dtype)
    rows[3, :] = rows[3, :] * 0 + 0.5
    quantized, scale, _ = F.int8_vectorwise_quant(rows.clone())
    tensors[f"int8.{index}.source"], tensors[f"int8.{index}.weight"], tensors[f"int8.{index}.SCB"] = rows, quantized, scale
save_file(tensors, str(out / "bitsandbytes.safetensors"))
versions = {"torch": torch.__version__, "bitsandbytes": bnb.__version__, "transformers": transformers.__version__}
(out / "bitsandbytes.golden.json").write_text(json.dumps({"versions": versions, "cases": cases, "sums": sums}, indent=1))
print(json.dumps(versions), len(cases), "cases", sum(t.nbytes for t in tensors.values()), "bytes")
