"""The other side of bench/kernels: reads jobs, a line of JSON each, and answers each with what a call of it takes.

torch runs everything; openblas (numpy) matrix products only. The number of threads is the environment's.
"""
import json
import sys
import time


def torch_job():
    import torch
    import torch.nn.functional as F
    torch.manual_seed(1)

    def job(j):
        kind = j["kind"]
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
    for line in sys.stdin:
        j = json.loads(line)
        f = job(j)
        f()
        times, end = [], time.perf_counter() + j["seconds"]
        while time.perf_counter() < end or len(times) < 3:
            begun = time.perf_counter()
            f()
            times.append(time.perf_counter() - begun)
        times.sort()
        print(json.dumps({"seconds": times[len(times) // 2]}), flush=True)


main()
