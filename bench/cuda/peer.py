"""The other side of bench/cuda: reads jobs, a line of JSON each, and answers each with what a call of it takes.

Its argument is the device: cuda, or cpu to try it where there is no card. A job is built when it is first asked, and kept
until another comes.
"""
import contextlib
import gc
import json
import os
import resource
import signal
import sys
import time
from importlib import metadata

os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # the profiler would report each time
sys.path = [p for p in sys.path if p]  # folders here have names that libraries look for: kernels, gym
try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
    from torch.autograd import DeviceType
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.profiler import ProfilerActivity, profile
except ImportError as e:
    print(json.dumps({"name": "", "error": f"{sys.executable}: {e} (-python names another interpreter, -python none measures ours alone)"}))
    sys.exit()

DEVICE = sys.argv[1]
CARD = DEVICE == "cuda"
BF16 = torch.bfloat16


def wait():
    if CARD:
        torch.cuda.synchronize()


def once(f):
    wait()
    begun = time.perf_counter()
    f()
    wait()
    return time.perf_counter() - begun


def timed(f, seconds):
    """What a call of f takes, the median, as serve.go has it."""
    def many(n):
        for _ in range(n):
            f()
    first = once(f)
    n = max(1, min(500, int(min(0.02, seconds) / first)))
    times, left = [first] if n == 1 else [], seconds - first
    while not times or left > 0:
        took = once(lambda: many(n))
        left -= took
        times.append(took / n)
    return sorted(times)[len(times) // 2]


def alone(f, seconds):
    """What f's kernels take on the card, added up, without what lies between them: Python is not to decide which kernel is the
    faster one. And what is to be said of it."""
    on, where = (ProfilerActivity.CUDA, DeviceType.CUDA) if CARD else (ProfilerActivity.CPU, DeviceType.CPU)
    whole = timed(f, seconds)
    n = max(1, min(50, int(seconds / whole)))
    wait()
    with profile(activities=[on]) as p:
        for _ in range(n):
            f()
        wait()
    took = sum(e.time_range.elapsed_us() for e in p.events() if e.device_type == where and e.name != "Context Sync") / n / 1e6
    if took == 0:
        return whole, "all of its time, since the profiler sees no kernels"
    return min(took, whole), ""


def fastest(ways):
    """The fastest of several ways to do the same, by name: each is built, and called three times. Memory is that of the one
    that is taken, which is built again. What cannot be done is said."""
    took, said = {}, []
    for name, make in ways.items():
        try:
            f = make()
            took[name] = min(once(f) for _ in range(3))
        except torch.OutOfMemoryError:
            said.append(name + ": out of memory")
        except Exception as e:  # noqa: BLE001: another way may do
            said.append(name + ": " + first_line(e))
        f = None
        clear()
    if not took:
        if all(x.endswith("out of memory") for x in said):
            raise torch.OutOfMemoryError("; ".join(said))
        raise RuntimeError("; ".join(said))
    best = min(took, key=took.get)
    return ways[best](), "; ".join([best] + said)


def first_line(e):
    return (type(e).__name__ + ": " + str(e)).strip().split("\n")[0][:200]


def clear():
    gc.collect()
    if CARD:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def attending(*backends):
    """Attention is asked of these, the first that can; a CPU has its own."""
    return sdpa_kernel(list(backends), set_priority=True) if CARD else contextlib.nullcontext()


FLASH, CUDNN = SDPBackend.FLASH_ATTENTION, SDPBackend.CUDNN_ATTENTION


def draw(*size, dtype=BF16, grad=False):
    return torch.randn(*size, device=DEVICE, dtype=dtype).requires_grad_(grad)


def rope(t, cos, sin):
    a, b = t.chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


class Layer(nn.Module):
    def __init__(self, j):
        super().__init__()
        dim, hidden = j["dim"], j["hidden"]
        self.heads, self.kv, self.size = j["heads"], j["kv"], dim // j["heads"]
        self.n1, self.n2 = nn.RMSNorm(dim, eps=1e-6), nn.RMSNorm(dim, eps=1e-6)
        self.q = nn.Linear(dim, dim)
        self.k, self.v = nn.Linear(dim, self.kv * self.size), nn.Linear(dim, self.kv * self.size)
        self.o = nn.Linear(dim, dim, bias=False)
        self.gate, self.up = nn.Linear(dim, hidden, bias=False), nn.Linear(dim, hidden, bias=False)
        self.down = nn.Linear(hidden, dim, bias=False)

    def forward(self, x, cos, sin):
        seqs, length, dim = x.shape
        n = self.n1(x)
        q = self.q(n).view(seqs, length, self.heads, self.size).transpose(1, 2)
        k, v = (f(n).view(seqs, length, self.kv, self.size).transpose(1, 2) for f in (self.k, self.v))
        cos, sin = cos.to(q.dtype), sin.to(q.dtype)
        a = F.scaled_dot_product_attention(rope(q, cos, sin), rope(k, cos, sin), v, is_causal=True, enable_gqa=True)
        x = x + self.o(a.transpose(1, 2).reshape(seqs, length, dim))
        n = self.n2(x)
        return x + self.down(F.silu(self.gate(n)) * self.up(n))


class Model(nn.Module):
    """A Qwen2-shaped model with tied embeddings."""

    def __init__(self, j):
        super().__init__()
        self.embed = nn.Embedding(j["vocab"], j["dim"])
        self.layers = nn.ModuleList(Layer(j) for _ in range(j["layers"]))
        self.norm = nn.RMSNorm(j["dim"], eps=1e-6)

    def forward(self, ids, cos, sin):
        x = self.embed(ids)
        for layer in self.layers:
            x = layer(x, cos, sin)
        return F.linear(self.norm(x), self.embed.weight)


def train(j):
    """A step on the mean cross entropy of all tokens, each of which predicts the next, in micro-batches."""
    seqs, length, micro, vocab = j["seqs"], j["len"], j["micro"], j["vocab"]
    size = j["dim"] // j["heads"]

    def model():
        torch.manual_seed(1)
        with torch.device(DEVICE):
            m = Model(j)
            nn.init.normal_(m.embed.weight, std=j["dim"] ** -0.5)
            angle = torch.arange(length)[:, None] * 1e6 ** (-torch.arange(0, size, 2) / size)
            return m, torch.randint(vocab, (seqs, length)), angle.cos(), angle.sin()

    def optimizer(params):
        return torch.optim.AdamW(params, lr=1e-4, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1, fused=True)

    def passes(backends, cast, m, ids, cos, sin):
        for at in range(0, seqs, micro):
            part = ids[at:at + micro]
            with attending(*backends), cast:
                logits = m(part, cos, sin)
                loss = F.cross_entropy(logits.view(-1, vocab).float(), part.roll(-1, 1).view(-1), reduction="sum") / (seqs * length)
            del logits
            loss.backward()

    def autocast(*backends):
        m, *rest = model()
        opt = optimizer(m.parameters())

        def step():
            passes(backends, torch.autocast(DEVICE, BF16), m, *rest)
            nn.utils.clip_grad_norm_(m.parameters(), 1.0)
            opt.step()
            opt.zero_grad()
        return step

    def masters(*backends):
        m, *rest = model()
        params = list(m.parameters())
        keep = [p.detach().clone() for p in params]
        m.to(BF16)
        opt = optimizer(keep)

        def step():
            passes(backends, contextlib.nullcontext(), m, *rest)
            for k, p in zip(keep, params):
                k.grad, p.grad = p.grad.float(), None
            nn.utils.clip_grad_norm_(keep, 1.0)
            opt.step()
            opt.zero_grad()
            with torch.no_grad():
                torch._foreach_copy_(params, keep)
        return step
    ways = {"autocast, flash": lambda: autocast(FLASH), "bf16 weights with float32 masters, flash": lambda: masters(FLASH)}
    if CARD:
        ways["bf16 weights with float32 masters, cuDNN"] = lambda: masters(CUDNN, FLASH)
    f, note = fastest(ways)
    return {"": f}, note, {}


class TooLong(Exception):
    pass


def decode(j):
    """transformers' generate, with the cache that is the faster one. On a card it compiles the step of a static cache."""
    import transformers
    from transformers import AutoModelForCausalLM, Qwen2Config
    transformers.logging.set_verbosity_error()
    config = Qwen2Config(vocab_size=j["vocab"], hidden_size=j["dim"], intermediate_size=j["hidden"], num_hidden_layers=j["layers"],
                         num_attention_heads=j["heads"], num_key_value_heads=j["kv"], tie_word_embeddings=True,
                         max_position_embeddings=max(2048, j["len"] + j["more"]))
    torch.manual_seed(1)
    with torch.device(DEVICE):
        model = AutoModelForCausalLM.from_config(config, dtype=BF16, attn_implementation="sdpa").eval()
        ids = torch.randint(j["vocab"], (j["seqs"], j["len"]))
    model.generation_config.eos_token_id = None

    def play(more, **how):
        return lambda: model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=more,
                                      pad_token_id=0, **how)

    def static():
        def late(*_):
            raise TooLong("its first call took more than 90 s")
        signal.signal(signal.SIGALRM, late)
        signal.alarm(90)
        f = play(j["more"], cache_implementation="static")
        f()
        f()
        signal.alarm(0)
        return f
    try:
        f, note = fastest({"dynamic cache": lambda: play(j["more"]), "static cache": static})
    finally:
        signal.alarm(0)
    how = {"cache_implementation": "static"} if note.startswith("static") else {}
    return {"": f, "first": play(1, **how)}, note, {}


def loss(j):
    """The output layer as it is written with PyTorch: all logits, in float32 for the softmax."""
    n, dim, vocab = j["m"], j["dim"], j["vocab"]
    h, table = draw(n, dim, grad=True), draw(vocab, dim, grad=True)
    target, g = torch.randint(vocab, (n, 1), device=DEVICE), draw(n, 1, dtype=torch.float32)

    def forward():
        return F.log_softmax((h @ table.T).float(), -1).gather(1, target)

    def no_grad():
        with torch.no_grad():
            forward()

    def both():
        h.grad = table.grad = None
        forward().backward(g)
    kept = []

    def backward():
        if not kept:
            kept.append(forward())
        torch.autograd.grad(kept[0], (h, table), g, retain_graph=True)
    given = 2 * (n * dim + vocab * dim)
    return {"": no_grad, "both": both, "backward": backward}, "", {"": given, "both": 2 * given, "backward": 2 * given}


def square(j):
    a, b = draw(j["m"], j["k"]), draw(j["k"], j["n"])
    out = torch.empty(j["m"], j["n"], device=DEVICE, dtype=BF16)
    return {"": lambda: torch.mm(a, b, out=out)}, "", {}


def copy(j):
    a = draw(j["n"], dtype=torch.float32)
    b = torch.empty_like(a)
    return {"": lambda: b.copy_(a)}, "", {}


def kernel(j):
    """One operation of kernels.Device, by the name that kernels.go has for it."""
    op = j["op"]
    if op == "product":
        a = draw(j["k"], j["m"]).T if j.get("ta") else draw(j["m"], j["k"])
        b = draw(j["n"], j["k"]).T if j.get("tb") else draw(j["k"], j["n"])
        out = torch.empty(j["m"], j["n"], device=DEVICE, dtype=BF16)
        return {"": lambda: torch.mm(a, b, out=out)}, "", {}
    t, n, dim, hidden, vocab, seqs = j["m"], j["n"], j["dim"], j["hidden"], j["vocab"], j["seqs"]
    heads, kv, size = j["heads"], j["kv"], dim // j["heads"]
    note = ""

    def gradient(f, *inputs):
        """The backward pass of f alone."""
        out = f(*inputs)
        g = torch.randn_like(out)
        return lambda: torch.autograd.grad(out, inputs, g, retain_graph=True)

    def rows(width=dim, grad=False):
        return draw(t, width, grad=grad)

    def attention(backward):
        b, length = t // j["len"], j["len"]
        q, k, v = (draw(b, h, length, size, grad=backward) for h in (heads, kv, kv))

        def way(backend):
            def make():
                with attending(backend):
                    def f(*x):
                        return F.scaled_dot_product_attention(*x, is_causal=True, enable_gqa=True)
                    if backward:
                        return gradient(f, q, k, v)

                def call():
                    with attending(backend):
                        f(q, k, v)
                return call
            return make
        return fastest({"flash": way(FLASH), "cuDNN": way(CUDNN)})

    def silu_mul(a, b):
        return F.silu(a) * b

    if op in ("log prob", "log prob grad"):
        parts, note, _ = loss(j)
        return {"": parts["backward" if "grad" in op else ""]}, note, {}
    if op in ("attention", "attention grad"):
        f, note = attention(op == "attention grad")
    elif op == "attention paged":
        q, (k, v) = draw(seqs, heads, 1, size), (draw(seqs, kv, n, size) for _ in range(2))

        def f():
            return F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    elif op in ("embed", "embed grad"):
        ids = torch.randint(vocab, (t,), device=DEVICE)
        if op == "embed":
            table = draw(vocab, dim)
            f = lambda: F.embedding(ids, table)  # noqa: E731
        else:
            table, out = draw(vocab, dim, dtype=torch.float32), draw(t, dim, dtype=torch.float32)
            f = lambda: table.index_add_(0, ids, out)  # noqa: E731
    elif op == "add":
        x, y = rows(), rows()
        f = lambda: x.add_(y)  # noqa: E731
    elif op == "sum rows":
        x = rows()
        f = lambda: x.sum(0)  # noqa: E731
    elif op in ("rms norm", "rms norm grad"):
        x, w = rows(grad="grad" in op), draw(dim, grad="grad" in op)

        def norm(x, w):
            return F.rms_norm(x, (dim,), w, 1e-6)
        f = gradient(norm, x, w) if "grad" in op else lambda: norm(x, w)
    elif op in ("layer norm", "layer norm grad"):
        x, w, b = rows(grad="grad" in op), draw(dim, grad="grad" in op), draw(dim, grad="grad" in op)

        def norm(x, w, b):
            return F.layer_norm(x, (dim,), w, b, 1e-6)
        f = gradient(norm, x, w, b) if "grad" in op else lambda: norm(x, w, b)
    elif op == "rope":
        x, angle = draw(t, heads, size), torch.rand(t, 1, size // 2, device=DEVICE)
        cos, sin = angle.cos().to(BF16), angle.sin().to(BF16)
        f = lambda: rope(x, cos, sin)  # noqa: E731
    elif op in ("swiglu", "swiglu grad"):
        a, b = rows(hidden, "grad" in op), rows(hidden, "grad" in op)
        f = gradient(silu_mul, a, b) if "grad" in op else lambda: silu_mul(a, b)
    elif op in ("gelu", "gelu grad"):
        x = rows(hidden, "grad" in op)

        def gelu(x):
            return F.gelu(x, approximate="tanh")
        f = gradient(gelu, x) if "grad" in op else lambda: gelu(x)
    elif op in ("sample", "top 5"):
        h, table = draw(seqs, dim), draw(vocab, dim)
        f = (lambda: (h @ table.T).argmax(-1).tolist()) if op == "sample" else \
            lambda: [x.tolist() for x in F.log_softmax((h @ table.T).float(), -1).topk(5)]
    elif op == "adamw":
        p = draw(n, dtype=torch.float32, grad=True)
        p.grad = torch.randn_like(p)
        f = torch.optim.AdamW([p], lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True).step
    elif op == "sum squares":
        x = draw(n, dtype=torch.float32)
        f = lambda: torch.linalg.vector_norm(x).item()  # noqa: E731
    elif op == "round":
        x = draw(n, dtype=torch.float32)
        y = torch.empty_like(x, dtype=BF16)
        f = lambda: y.copy_(x)  # noqa: E731
    elif op == "zero":
        x = draw(n, dtype=torch.float32)
        f = lambda: x.zero_()  # noqa: E731
    else:
        raise ValueError("there is no line for it")
    return {"": f}, note, {}


JOBS = {"square": square, "copy": copy, "train": train, "decode": decode, "loss": loss, "kernel": kernel}


def main():
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever libraries print is no answer

    def say(x):
        print(json.dumps(x), file=out, flush=True)
    if CARD and not torch.cuda.is_available():
        say({"name": "", "error": f"torch {torch.__version__} sees no GPU (-peer-device cpu tries the peer without one)"})
        return
    name = f"torch {torch.__version__}"
    with contextlib.suppress(metadata.PackageNotFoundError):
        name += ", transformers " + metadata.version("transformers")
    if CARD:
        name += ", " + torch.cuda.get_device_name()
    say({"name": name})
    have, key, warm = None, "", set()
    for line in sys.stdin:
        j = json.loads(line)
        part, seconds = j.pop("part", ""), j.pop("seconds")
        answer, f = {"seconds": 0}, None
        try:
            if key != str(j):
                have, key = None, ""
                clear()
                have, warm = JOBS[j["kind"]](j), set()
                key = str(j)
            f = have[0][part]
            if part not in warm:
                once(f)
                warm.add(part)
            took, said = alone(f, seconds) if j["kind"] == "kernel" else (timed(f, seconds), "")
            answer = {"seconds": took, "note": "; ".join(filter(None, [have[1], said])), "given": have[2].get(part, 0)}
        except torch.OutOfMemoryError as e:
            answer.update(error=first_line(e), full=True)
        except Exception as e:  # noqa: BLE001: what one job cannot do, another can
            answer["error"] = first_line(e)
        if "error" in answer:
            have, key = None, ""
        answer["peak"] = torch.cuda.max_memory_reserved() if CARD else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        say(answer)


main()
