"""Tiny random models of every architecture that can be converted, and what llama.cpp's own convert script makes of them.

    pip install numpy gguf torch transformers sentencepiece
    LLAMA_CPP=/path/to/llama.cpp python reference/gguf/tiny-models.py

LLAMA_CPP is a source tree of llama.cpp (the source package of llama-cpp-python has one under vendor/llama.cpp). Each model
goes to packages/checkpoint/src/gguf/convert/fixtures/NAME as a Hugging Face folder; NAME.golden.json holds the
metadata and the digests of the tensors of the file that convert_hf_to_gguf.py writes, and how transformers tokenises
some texts. The pre-tokenizer is told to the script, which knows only the hashes of released models.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import gguf
import torch
import transformers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

OUT = Path(__file__).parents[2] / "packages/checkpoint/src/gguf/convert/fixtures"
LLAMA_CPP = Path(os.environ["LLAMA_CPP"])
CORPUS = [
    "A structured interview asks every candidate the same questions and scores the answers against anchors.",
    "结构化面试对每位候选人提出同样的问题，并按照锚定的量表打分。量化把权重从浮点数变成整数。",
    "Quantisation maps 32-bit weights to 4 bits; 1234567890 and 3.14159 are numbers. It's what we'll test, isn't it?",
    "def quantize(x, scale):\n    return round(x / scale)\n\n\tprint(quantize(0.75689, 0.0039))\n",
] * 8
TEXTS = [
    "Hello, world! It's 2026.",
    "量化把权重变成整数，1234 个。",
    "  two  spaces\n\nand\ttabs 🎓 é",
    "We'LL see: quantisation(4-bit) = ok?",
]
WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def byte_level(pattern, specials):
    tokenizer = Tokenizer(models.BPE())
    steps = [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern is None)]
    if pattern is not None:
        steps.insert(0, pre_tokenizers.Split(Regex(pattern), behavior="isolated"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420, special_tokens=[], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_special_tokens(specials)
    return tokenizer


def llama3():
    tokenizer = byte_level(WORDS % "{1,3}", ["<|begin_of_text|>", "<|end_of_text|>"])
    begin = tokenizer.token_to_id("<|begin_of_text|>")
    tokenizer.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(
                single="<|begin_of_text|> $A",
                pair="<|begin_of_text|> $A <|begin_of_text|> $B",
                special_tokens=[("<|begin_of_text|>", begin)],
            ),
        ]
    )
    return tokenizer, {"bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>"}


def qwen():
    tokenizer = byte_level(WORDS % "", ["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    return tokenizer, {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}


def sentencepiece():
    """What a converted SentencePiece BPE model looks like: blanks as U+2581, unknown characters as bytes."""
    spaced = ["▁" + line.replace(" ", "▁") for line in CORPUS]
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Split(Regex("(?=▁)"), behavior="isolated")
    trained.train_from_iterator(spaced, trainers.BpeTrainer(vocab_size=300, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    texts = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    vocab = {text: i for i, text in enumerate(texts)}
    merges = [tuple(merge) for merge in model["merges"]]
    for text in ["".join(merge) for merge in merges] + [text for text in model["vocab"] if len(text) == 1]:
        vocab.setdefault(text, len(vocab))
    tokenizer = Tokenizer(
        models.BPE(vocab=vocab, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)]
    )
    return tokenizer, {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}


def wordpiece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(
        CORPUS, trainers.WordPieceTrainer(vocab_size=300, special_tokens=specials, show_progress=False)
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = dict(zip(["pad_token", "unk_token", "cls_token", "sep_token", "mask_token"], specials))
    return tokenizer, names


COMMON = dict(
    hidden_size=32,
    intermediate_size=64,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=128,
)
BERT = {key: value for key, value in COMMON.items() if key != "num_key_value_heads"}

MODELS = {
    "llama": (
        llama3,
        "llama-bpe",
        lambda size: transformers.LlamaForCausalLM(
            transformers.LlamaConfig(
                vocab_size=size,
                rope_theta=500000.0,
                rope_scaling={
                    "rope_type": "llama3",
                    "factor": 8.0,
                    "low_freq_factor": 1.0,
                    "high_freq_factor": 4.0,
                    "original_max_position_embeddings": 64,
                },
                **COMMON,
            )
        ),
    ),
    "mistral": (
        sentencepiece,
        None,
        lambda size: transformers.MistralForCausalLM(
            transformers.MistralConfig(vocab_size=size, sliding_window=None, **COMMON)
        ),
    ),
    "qwen2": (
        qwen,
        "qwen2",
        lambda size: transformers.Qwen2ForCausalLM(
            transformers.Qwen2Config(vocab_size=size + 13, tie_word_embeddings=True, **COMMON)
        ),
    ),
    "qwen3": (
        qwen,
        "qwen2",
        lambda size: transformers.Qwen3ForCausalLM(
            transformers.Qwen3Config(vocab_size=size, head_dim=16, tie_word_embeddings=False, **COMMON)
        ),
    ),
    "bert": (
        wordpiece,
        "jina-v2-en",
        lambda size: transformers.BertModel(transformers.BertConfig(vocab_size=size, **BERT)),
    ),
}

CONVERT = """
import sys
sys.path.insert(0, sys.argv.pop(1))
pre = sys.argv.pop(1)
import convert_hf_to_gguf
from conversion.base import TextModel
TextModel.get_vocab_base_pre = lambda self, tokenizer: pre
convert_hf_to_gguf.main()
"""


def golden(path):
    reader = gguf.GGUFReader(path)
    metadata = {
        key: [[gguf.GGUFValueType(kind).name for kind in field.types], field.contents()]
        for key, field in reader.fields.items()
        if not key.startswith("GGUF.")
    }
    tensors = {
        tensor.name: [
            tensor.tensor_type.name,
            [int(size) for size in tensor.shape],
            hashlib.sha256(tensor.data.tobytes()).hexdigest(),
        ]
        for tensor in reader.tensors
    }
    return metadata, tensors


def main():
    for name, (make_tokenizer, pre, make_model) in MODELS.items():
        folder = OUT / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        tokenizer, specials = make_tokenizer()
        torch.manual_seed(7)
        model = make_model(tokenizer.get_vocab_size()).to(torch.bfloat16 if name != "bert" else torch.float32)
        # Norms and biases away from their neutral values, so that one in the wrong place is noticed.
        with torch.no_grad():
            for parameter in model.parameters():
                scale = 0.3 if parameter.dim() == 1 else 0.2
                parameter.add_(torch.randn(parameter.shape) * scale)
        model.save_pretrained(folder)
        fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **specials)
        if name == "qwen2":
            fast.chat_template = "{% for message in messages %}{{ message.content }}{% endfor %}"
        fast.save_pretrained(folder)
        target = Path(f"/tmp/viva-tiny-{name}.gguf")
        precision = "f32" if name == "bert" else "bf16"
        subprocess.run(
            [sys.executable, "-c", CONVERT, LLAMA_CPP, pre or "default", folder, "--outtype", precision]
            + ["--outfile", target],
            check=True,
        )
        metadata, tensors = golden(target)
        ids = {text: fast.encode(text) for text in TEXTS}
        body = {"metadata": metadata, "tensors": tensors, "ids": ids}
        (OUT / f"{name}.golden.json").write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n")


main()
