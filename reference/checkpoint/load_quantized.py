"""Loads a folder quantised by Viva with transformers and bitsandbytes, and the original quantised by bitsandbytes
itself while loading; prints as JSON whether packed weights, scales and logits are the same.

    python load_quantized.py ORIGINAL QUANTIZED nf4|fp4|int8 [double]
"""

import json
import os
import sys

os.environ["CUDA_VISIBLE_DEVICES"] = ""
import bitsandbytes as bnb
import torch
import transformers
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

torch.set_num_threads(1)
transformers.logging.set_verbosity_error()
original, quantized, scheme = sys.argv[1:4]
ours, info = AutoModelForCausalLM.from_pretrained(quantized, device_map="cpu", output_loading_info=True)
dtype = ours.config.dtype or torch.float32
config = (
    BitsAndBytesConfig(load_in_8bit=True)
    if scheme == "int8"
    else BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type=scheme, bnb_4bit_use_double_quant="double" in sys.argv,
        bnb_4bit_compute_dtype=dtype,
    )
)
theirs = AutoModelForCausalLM.from_pretrained(original, device_map="cpu", quantization_config=config)
plain = AutoModelForCausalLM.from_pretrained(original, device_map="cpu")
ids = torch.tensor([[1, 5, 9, 200, 17, 33]])
with torch.no_grad():
    a, b, c = (model(ids).logits.float() for model in (ours, theirs, plain))
layers, unlike = 0, []
others = dict(theirs.named_modules())
for name, module in ours.named_modules():
    if isinstance(module, (bnb.nn.Linear4bit, bnb.nn.Linear8bitLt)):
        layers += 1
        other = others[name]
        if type(module) is not type(other) or not torch.equal(module.weight.data.flatten(), other.weight.data.flatten()):
            unlike.append(name)
        elif scheme != "int8":
            mine, yours = (m.weight.quant_state.as_dict(packed=True) for m in (module, other))
            if mine.keys() != yours.keys() or not all(torch.equal(mine[k], yours[k]) for k in mine):
                unlike.append(f"{name} (state)")
print(json.dumps({
    "versions": {"torch": torch.__version__, "transformers": transformers.__version__, "bitsandbytes": bnb.__version__},
    "layers": layers, "layersThatBitsandbytesMakes": sum(isinstance(m, (bnb.nn.Linear4bit, bnb.nn.Linear8bitLt)) for m in theirs.modules()),
    "unlike": unlike, "missing": sorted(info["missing_keys"]), "unexpected": sorted(info["unexpected_keys"]),
    "logitsEqual": bool(torch.equal(a, b)), "largestDifferenceFromBitsandbytes": (a - b).abs().max().item(),
    "largestDifferenceFromOriginal": (a - c).abs().max().item(), "logitScale": c.abs().max().item(),
    "generated": ours.generate(ids, max_new_tokens=5, do_sample=False, pad_token_id=0)[0].tolist(),
}))
