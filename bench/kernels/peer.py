"""The other side of bench/kernels: reads jobs, a line of JSON each, and answers each with what a call of it takes.

torch runs everything; openblas (numpy) matrix products only.
"""
import json
import resource
import sys
import time


def train_job(j):
    """A training step of a Llama-shaped model in eager mode, the same as ours: every token predicts the next."""
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    dim, heads, hidden, vocab = j["dim"], j["heads"], j["hidden"], j["vocab"]
    hd = dim // heads
    seqs, length = j["m"], j["n"]

    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.n1, self.n2 = nn.RMSNorm(dim, eps=1e-5), nn.RMSNorm(dim, eps=1e-5)
            self.q, self.k, self.v, self.o = (nn.Linear(dim, dim, bias=False) for _ in range(4))
            self.gate, self.up = nn.Linear(dim, hidden, bias=False), nn.Linear(dim, hidden, bias=False)
            self.down = nn.Linear(hidden, dim, bias=False)

        def forward(self, x, cos, sin):
            n = self.n1(x)
            q, k, v = (f(n).view(seqs, length, heads, hd).transpose(1, 2) for f in (self.q, self.k, self.v))

            def rope(t):
                a, b = t.chunk(2, -1)
                return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)
            a = F.scaled_dot_product_attention(rope(q), rope(k), v, is_causal=True)
            x = x + self.o(a.transpose(1, 2).reshape(seqs, length, dim))
            n = self.n2(x)
            return x + self.down(F.silu(self.gate(n)) * self.up(n))

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(vocab, dim)
            self.layers = nn.ModuleList(Layer() for _ in range(j["layers"]))
            self.norm = nn.RMSNorm(dim, eps=1e-5)

        def forward(self, ids, cos, sin):
            x = self.embed(ids)
            for layer in self.layers:
                x = layer(x, cos, sin)
            return F.linear(self.norm(x), self.embed.weight)

    torch.manual_seed(1)
    model = Model()
    nn.init.normal_(model.embed.weight, std=dim ** -0.5)
    opt = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    angle = torch.arange(length)[:, None] * 10000.0 ** (-torch.arange(0, hd, 2) / hd)
    cos, sin = angle.cos(), angle.sin()
    ids = torch.randint(vocab, (seqs, length))

    def step():
        logits = model(ids, cos, sin)
        loss = F.cross_entropy(logits[:, :-1].reshape(-1, vocab), ids[:, 1:].reshape(-1))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        opt.zero_grad()
        return loss
    return step


def torch_job():
    import torch
    import torch.nn.functional as F
    torch.manual_seed(1)

    def job(j):
        kind = j["kind"]
        if kind == "train":
            torch.set_grad_enabled(True)
            return train_job(j)
        if kind == "generate":
            return generate_job(j)
        if kind == "matmul":
            m, n, k = j["m"], j["n"], j["k"]
            a = torch.randn(k, m).T if j["ta"] else torch.randn(m, k)
            b = torch.randn(n, k).T if j["tb"] else torch.randn(k, n)
            out = torch.empty(m, n)
            return lambda: torch.mm(a, b, out=out)
        x = torch.randn(j["m"], j["n"])
        y, w = torch.randn(j["m"], j["n"]), torch.randn(j["n"])
        return {
            "softmax": lambda: F.softmax(x, -1),
            "rmsnorm": lambda: F.rms_norm(x, (j["n"],), w, 1e-5),
            "swiglu": lambda: F.silu(x) * y,
            "gelu": lambda: F.gelu(x, approximate="tanh"),
        }[kind]
    return job, torch.__version__


def turn_lengths(j, turn):
    """What each episode's turn reads and samples, as generate.go has it."""
    if not j.get("ragged"):
        return [j["n"]] * j["m"], [j["k"]] * j["m"]
    return ([j["n"] // 2 + (7 * e + 3 * turn) % (j["n"] + 1) for e in range(j["m"])],
            [1 + (5 * e + 11 * turn) % (2 * j["k"] - 1) for e in range(j["m"])])


def generate_job(j):
    """Episodes of several turns in one batch with transformers' generate, which keeps its cache between turns. Where they
    differ in length, what is read is padded on the left, all sample as long as the longest, and a mask hides the rest."""
    import torch
    import transformers
    from transformers import AutoModelForCausalLM, DynamicCache
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    model = AutoModelForCausalLM.from_pretrained(j["dir"])
    model.generation_config.eos_token_id = None

    def play():
        cache, ids = DynamicCache(config=model.config), torch.empty(j["m"], 0, dtype=torch.long)
        mask = torch.empty_like(ids)
        for turn in range(j["turns"]):
            read, sampled = (torch.tensor(x)[:, None] for x in turn_lengths(j, turn))
            most, k = int(read.max()), int(sampled.max())
            ids = torch.cat((ids, torch.randint(j["vocab"], (j["m"], most))), 1)
            mask = torch.cat((mask, (torch.arange(most) >= most - read).long()), 1)
            ids = model.generate(ids, attention_mask=mask, past_key_values=cache, do_sample=True,
                                 top_k=0, min_new_tokens=k, max_new_tokens=k, pad_token_id=0)
            mask = torch.cat((mask, (torch.arange(k) < sampled).long()), 1)
    return play


def openblas_job():
    import numpy
    rng = numpy.random.default_rng(1)

    def job(j):
        m, n, k = j["m"], j["n"], j["k"]
        a = rng.standard_normal((k, m), "f4").T if j["ta"] else rng.standard_normal((m, k), "f4")
        b = rng.standard_normal((n, k), "f4").T if j["tb"] else rng.standard_normal((k, n), "f4")
        out = numpy.empty((m, n), "f4")
        return lambda: numpy.matmul(a, b, out=out)
    return job, numpy.__version__


def main():
    job, version = torch_job() if sys.argv[1] == "torch" else openblas_job()
    if sys.argv[1] == "torch":
        import torch
        torch.set_num_threads(int(sys.argv[2]))
        torch.set_grad_enabled(False)
    print(json.dumps({"version": version}), flush=True)
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    for line in sys.stdin:
        j = json.loads(line)
        f = job(j)
        begun = time.perf_counter()
        f()
        now = time.perf_counter()
        few = 1 if now - begun > 4 * j["seconds"] else 3  # of what takes long the rounds are enough
        times, end = [], now + j["seconds"]
        while time.perf_counter() < end or len(times) < few:
            begun = time.perf_counter()
            f()
            times.append(time.perf_counter() - begun)
        times.sort()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"seconds": times[len(times) // 2], "peak": peak, "start": start}), flush=True)


main()
