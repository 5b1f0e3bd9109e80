"""Saves a tiny Llama with random weights: python tiny_llama.py FOLDER [float16|bfloat16|float32] [tied]"""

import sys

import torch
from transformers import LlamaConfig, LlamaForCausalLM

torch.manual_seed(1)
config = LlamaConfig(
    vocab_size=320, hidden_size=128, intermediate_size=256, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=128, tie_word_embeddings="tied" in sys.argv,
)
model = LlamaForCausalLM(config).to(getattr(torch, sys.argv[2] if len(sys.argv) > 2 else "float16"))
model.save_pretrained(sys.argv[1], max_shard_size="200KB")
