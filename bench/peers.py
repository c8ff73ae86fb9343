"""Steps per second of what others use for the same, in as many processes as asked for.

Prints a line of JSON for each peer of an environment that is installed. Called by gym bench; install the peers with
make peers.
"""
import json
import multiprocessing
import random
import sys
import time


def gymnasium_frozen_lake(seconds, seed):
    import gymnasium
    env = gymnasium.make("FrozenLake-v1")
    env.reset(seed=seed)
    rng, steps, end = random.Random(seed), 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        for _ in range(100):
            _, _, terminated, truncated, _ = env.step(rng.randrange(4))
            steps += 1
            if terminated or truncated:
                env.reset()
    return steps


def textarena_frozen_lake(seconds, seed):
    import textarena
    env = textarena.make("FrozenLake-v0-raw")
    env.reset(num_players=1, seed=seed)
    rng, steps, end = random.Random(seed), 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        for _ in range(20):
            env.get_observation()
            done, _ = env.step(rng.choice(("[up]", "[down]", "[left]", "[right]")))
            steps += 1
            if done:
                env.close()
                env.reset(num_players=1, seed=seed + steps)
    return steps


def reasoning_gym_maze(seconds, seed):
    """An item of reasoning-gym is one question and one answer: a step."""
    import reasoning_gym
    steps, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        seed += 1
        data = reasoning_gym.create_dataset("maze", size=20, seed=seed)
        try:
            for item in data:
                data.score_answer("3", item)
                steps += 1
        except RuntimeError:  # for some seeds it finds no maze
            continue
    return steps


def bm25s_queries(seconds, seed):
    """The ten best of 100,000 pages of 120 words; the pages are indexed before the time is taken."""
    global index
    import bm25s
    import numpy
    if index is None:
        rng = numpy.random.default_rng(1)
        pages = [[f"w{w:x}" for w in page] for page in numpy.minimum(rng.zipf(1.07, (100_000, 120)), 60_000)]
        index = bm25s.BM25()
        index.index(pages, show_progress=False)
        index.pages = pages[:1000]
    rng, steps, end = random.Random(seed), 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        queries = [rng.sample(rng.choice(index.pages), 4) for _ in range(20)]
        index.retrieve(queries, k=10, show_progress=False, n_threads=0)
        steps += len(queries)
    return steps


index = None


def bash_commands(seconds, seed):
    """A shell for each command, as a harness that runs commands starts one, and nothing around it."""
    import subprocess
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/app.log", "w") as f:
            f.writelines(f"line {i} {'ERROR' if i % 7 == 0 else 'INFO'}\n" for i in range(30))
        steps, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            subprocess.run(["bash", "-c", "grep -c ERROR app.log > count.txt"], cwd=folder)
            steps += 1
    return steps


def python_sqlite(seconds, seed):
    """Python's sqlite3, in memory: a query on twenty rows, and nothing around it."""
    import sqlite3
    db = sqlite3.connect(":memory:")
    db.execute("create table products (product_name text, price integer, stock integer)")
    db.executemany("insert into products values (?, ?, ?)", [(f"name {i}", i * 7 % 50, i * 13 % 400) for i in range(20)])
    rng, steps, end = random.Random(seed), 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        db.execute(f"select count(*) from products where stock < {rng.randrange(400)}").fetchall()
        steps += 1
    return steps


PEERS = {
    "puzzle": {
        "gymnasium FrozenLake-v1": ("gymnasium", gymnasium_frozen_lake),
        "textarena FrozenLake-v0": ("textarena", textarena_frozen_lake),
        "reasoning-gym maze": ("reasoning_gym", reasoning_gym_maze),
    },
    "search": {"bm25s queries": ("bm25s", bm25s_queries)},
    "terminal": {"bash -c": ("subprocess", bash_commands)},
    "sql": {"python sqlite3": ("sqlite3", python_sqlite)},
}


def work(args):
    env, name, seconds, seed = args
    run = PEERS[env][name][1]
    if name.startswith("bm25s"):
        run(0, seed)
    begun = time.perf_counter()
    return run(seconds, seed) / (time.perf_counter() - begun)


def main():
    seconds, processes, rounds = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    env = sys.argv[4]
    for name, (module, _) in PEERS.get(env, {}).items():
        try:
            version = str(getattr(__import__(module), "__version__", ""))
        except ImportError:
            continue
        rates = []
        with multiprocessing.Pool(processes) as pool:
            pool.map(work, [(env, name, 0.2, i) for i in range(processes)])  # imports and warms up
            for r in range(rounds):
                rates.append(sum(pool.map(work, [(env, name, seconds, 1 + r * processes + i) for i in range(processes)], chunksize=1)))
        print(json.dumps({"name": name, "version": version, "steps_per_second": sorted(rates)[len(rates) // 2]}), flush=True)


if __name__ == "__main__":
    main()
