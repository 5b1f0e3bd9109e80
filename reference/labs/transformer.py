"""Writes packages/labs/src/transformer/transformer.golden.json: a tiny decoder-only transformer in PyTorch with its
logits, loss and gradient, in double precision. Weights are drawn here and committed with the rest (a few thousand).

    python reference/labs/transformer.py > packages/labs/src/transformer/transformer.golden.json
"""
import json, math
import torch
import torch.nn.functional as F

torch.manual_seed(20261124)
torch.set_default_dtype(torch.float64)
V, D, L, H, HID, CTX, B, T, AHEAD, SOFT = 11, 16, 2, 2, 12, 16, 2, 7, 3, 2
HEAD = D // H


def round6(t):
    return [float(f"{x:.7g}") for x in t.detach().flatten().tolist()]


def parameter(*shape, scale=1.0, shift=0.0):
    # Rounded to single precision, so that both sides start from the same numbers.
    return (torch.randn(*shape) * scale + shift).float().double().requires_grad_()


embedding = parameter(V, D, scale=0.3)
layers = [
    {
        "norm1": parameter(D, scale=0.2, shift=1),
        "qkv": parameter(D, 3 * D, scale=D**-0.5),
        "out": parameter(D, D, scale=D**-0.5),
        "norm2": parameter(D, scale=0.2, shift=1),
        "gateUp": parameter(D, 2 * HID, scale=D**-0.5),
        "down": parameter(HID, D, scale=HID**-0.5),
    }
    for _ in range(L)
]
norm = parameter(D, scale=0.2, shift=1)
soft = parameter(SOFT, D, scale=0.3)
prefix = parameter(L, 2, AHEAD, D)
tokens = torch.randint(0, V + SOFT, (B, T))
targets = torch.randint(0, V, (B, T))
targets[0, 1] = -1
targets[1, 4:] = -1

angles = torch.arange(T)[:, None] * 10000.0 ** (-torch.arange(HEAD // 2) / (HEAD // 2))
cos, sin = angles.cos().repeat(1, 2), angles.sin().repeat(1, 2)


def rotate(x):  # transformers' apply_rotary_pos_emb
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat([-b, a], -1) * sin


def heads(x, n):
    return x.view(B, n, H, HEAD).transpose(1, 2)


def forward():
    x = F.embedding(tokens, torch.cat([embedding, soft]))
    for i, w in enumerate(layers):
        q, k, v = (F.rms_norm(x, (D,), w["norm1"], 1e-5) @ w["qkv"]).chunk(3, -1)
        k = torch.cat([heads(prefix[i, 0].expand(B, -1, -1).contiguous(), AHEAD), rotate(heads(k, T))], 2)
        v = torch.cat([heads(prefix[i, 1].expand(B, -1, -1).contiguous(), AHEAD), heads(v, T)], 2)
        mask = torch.ones(T, AHEAD + T).tril(AHEAD).bool()
        seen = F.scaled_dot_product_attention(rotate(heads(q, T)), k, v, attn_mask=mask)
        x = x + seen.transpose(1, 2).reshape(B, T, D) @ w["out"]
        gate, up = (F.rms_norm(x, (D,), w["norm2"], 1e-5) @ w["gateUp"]).chunk(2, -1)
        x = x + (F.silu(gate) * up) @ w["down"]
    return F.rms_norm(x, (D,), norm, 1e-5) @ embedding.T


logits = forward()
loss = F.cross_entropy(logits.view(-1, V), targets.view(-1), ignore_index=-1)
loss.backward()
flat = [embedding, *(w[n] for w in layers for n in ("norm1", "qkv", "out", "norm2", "gateUp", "down")), norm]

# Three steps of torch.optim.AdamW on a vector, for the optimiser.
torch.manual_seed(1)
vector = parameter(6)
start = vector.detach().clone()
slopes = [torch.randn(6).float().double() for _ in range(3)]
optimiser = torch.optim.AdamW([vector], lr=0.05, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1)
for slope in slopes:
    vector.grad = slope.clone()
    optimiser.step()

print(
    json.dumps(
        {
            "source": f"PyTorch {torch.__version__.split('+')[0]}, double precision; reference/labs/transformer.py",
            "config": {"vocabulary": V, "width": D, "layers": L, "heads": H, "hidden": HID, "context": CTX},
            "rows": B,
            "length": T,
            "tokens": tokens.flatten().tolist(),
            "targets": targets.flatten().tolist(),
            "weights": round6(torch.cat([p.flatten() for p in flat])),
            "soft": round6(soft),
            "prefix": round6(prefix),
            "logits": round6(logits),
            "loss": loss.item(),
            "slopes": {
                "weights": round6(torch.cat([p.grad.flatten() for p in flat])),
                "soft": round6(soft.grad),
                "prefix": round6(prefix.grad),
            },
            "adamw": {"start": round6(start), "slopes": [round6(s) for s in slopes], "end": round6(vector)},
        },
        separators=(",", ":"),
    )
)
