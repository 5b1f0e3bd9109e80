"""Loads a folder of whole-number weights written by Viva with transformers and compressed-tensors on a CPU.

    pip install torch transformers compressed-tensors
    python load_integers.py ORIGINAL QUANTIZED [dequantize]

With `dequantize` the model is loaded by CompressedTensorsConfig(dequantize=True), which transformers 5.24 needs for packed
zero points. Prints as JSON: versions, how many layers are quantised, the weights as they come out, and logits.
"""

import base64
import json
import os
import sys

os.environ["CUDA_VISIBLE_DEVICES"] = ""
import compressed_tensors
import torch
import transformers
from transformers import AutoModelForCausalLM, CompressedTensorsConfig

torch.set_num_threads(1)
transformers.logging.set_verbosity_error()
original, quantized = sys.argv[1:3]
ids = torch.tensor([[1, 5, 9, 200, 17, 33]])
dense, of_dense = AutoModelForCausalLM.from_pretrained(
    quantized, device_map="cpu", quantization_config=CompressedTensorsConfig(dequantize=True), output_loading_info=True
)
ours, info = (
    (dense, of_dense)
    if "dequantize" in sys.argv
    else AutoModelForCausalLM.from_pretrained(quantized, device_map="cpu", output_loading_info=True)
)
plain = AutoModelForCausalLM.from_pretrained(original, device_map="cpu")
with torch.no_grad():
    a, c = (model(ids).logits.float() for model in (ours, plain))
weights = {
    name: module.weight.data.float()
    for name, module in dense.named_modules()
    if isinstance(module, torch.nn.Linear) and name != "lm_head"
}
print(json.dumps({
    "versions": {"torch": torch.__version__, "transformers": transformers.__version__, "compressed-tensors": compressed_tensors.__version__},
    "quantized": sum(hasattr(module, "quantization_scheme") for module in ours.modules()),
    "missing": sorted(info["missing_keys"]), "unexpected": sorted(info["unexpected_keys"]),
    "weights": {name: base64.b64encode(weight.numpy().tobytes()).decode() for name, weight in weights.items()},
    "difference": (a - c).abs().max().item(), "scale": c.abs().max().item(),
    "generated": ours.generate(ids, max_new_tokens=5, do_sample=False, pad_token_id=0)[0].tolist(),
}))
