"""The same transformer in PyTorch: milliseconds of a training step and tokens a second of cached generation, as JSON.
Arguments: vocabulary width layers heads hidden length batch steps new"""
import json, sys, time
import torch
import torch.nn.functional as F

V, D, L, H, HID, T, B, STEPS, NEW = map(int, sys.argv[1:10])
torch.set_num_threads(2)
torch.manual_seed(1)
HEAD = D // H
embedding = (0.02 * torch.randn(V, D)).requires_grad_()
layers = [
    [p.requires_grad_() for p in (torch.ones(D), torch.randn(D, 3 * D) * D**-0.5, torch.randn(D, D) * D**-0.5,
     torch.ones(D), torch.randn(D, 2 * HID) * D**-0.5, torch.randn(HID, D) * HID**-0.5)]
    for _ in range(L)
]
norm = torch.ones(D).requires_grad_()
params = [embedding, *(p for w in layers for p in w), norm]
optimiser = torch.optim.AdamW(params, lr=1e-3, fused=True)
angles = torch.arange(T + NEW)[:, None] * 10000.0 ** (-torch.arange(HEAD // 2) / (HEAD // 2))
cos, sin = angles.cos().repeat(1, 2), angles.sin().repeat(1, 2)


def rotate(x, at):
    a, b = x.chunk(2, -1)
    n = x.shape[2]
    return x * cos[at : at + n] + torch.cat([-b, a], -1) * sin[at : at + n]


def forward(tokens, cache=None, at=0):
    b, t = tokens.shape
    x = F.embedding(tokens, embedding)
    for i, (n1, qkv, out, n2, up, down) in enumerate(layers):
        q, k, v = (p.view(b, t, H, HEAD).transpose(1, 2) for p in (F.rms_norm(x, (D,), n1, 1e-5) @ qkv).chunk(3, -1))
        q, k = rotate(q, at), rotate(k, at)
        if cache is not None:
            cache[i][0][:, :, at : at + t] = k
            cache[i][1][:, :, at : at + t] = v
            k, v = cache[i][0][:, :, : at + t], cache[i][1][:, :, : at + t]
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=t > 1)
        x = x + seen.transpose(1, 2).reshape(b, t, D) @ out
        gate, value = (F.rms_norm(x, (D,), n2, 1e-5) @ up).chunk(2, -1)
        x = x + (F.silu(gate) * value) @ down
    return F.rms_norm(x, (D,), norm, 1e-5) @ embedding.T


def step():
    tokens = torch.randint(0, V, (B, T))
    loss = F.cross_entropy(forward(tokens).view(-1, V), tokens.roll(-1, 1).flatten())
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
    return loss.item()


def timed(f, n):
    times = []
    for _ in range(n):
        began = time.perf_counter()
        f()
        times.append(1000 * (time.perf_counter() - began))
    return sorted(times)


def generate(rows):
    with torch.no_grad():
        cache = [[torch.empty(rows, H, T, HEAD) for _ in range(2)] for _ in range(L)]
        tokens = torch.randint(0, V, (rows, T - NEW))
        last = forward(tokens, cache).argmax(-1)[:, -1:]
        for at in range(T - NEW, T - 1):
            last = forward(last, cache, at).argmax(-1)


for _ in range(5):
    step()
train = timed(step, STEPS)
generate(16), generate(1)
many, one = timed(lambda: generate(16), 5), timed(lambda: generate(1), 5)
print(json.dumps({"version": torch.__version__, "train": train, "many": many, "one": one}))
