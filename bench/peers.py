"""Steps per second of other gyms, with random actions, in as many processes as asked for.

Prints a line of JSON for each peer that is installed. Called by gym bench; install the peers with make peers.
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


PEERS = {
    "gymnasium FrozenLake-v1": ("gymnasium", gymnasium_frozen_lake),
    "textarena FrozenLake-v0": ("textarena", textarena_frozen_lake),
    "reasoning-gym maze": ("reasoning_gym", reasoning_gym_maze),
}


def work(args):
    name, seconds, seed = args
    begun = time.perf_counter()
    return PEERS[name][1](seconds, seed) / (time.perf_counter() - begun)


def main():
    seconds, processes, rounds = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for name, (module, _) in PEERS.items():
        try:
            version = getattr(__import__(module), "__version__", "")
        except ImportError:
            continue
        rates = []
        with multiprocessing.Pool(processes) as pool:
            pool.map(work, [(name, 0.2, i) for i in range(processes)])  # imports and warms up
            for r in range(rounds):
                rates.append(sum(pool.map(work, [(name, seconds, 1 + r * processes + i) for i in range(processes)], chunksize=1)))
        print(json.dumps({"name": name, "version": version, "steps_per_second": sorted(rates)[len(rates) // 2]}), flush=True)


if __name__ == "__main__":
    main()
