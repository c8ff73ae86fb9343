"""Time of a step and of a reset on MiniWoB++ pages in other gyms, with clicks on random elements.

Prints a line of JSON for each peer: medians and 95th percentiles over all its tasks, in ms. The peers are BrowserGym as
it is shipped, BrowserGym with its settable waits at 0, and the MiniWoB++ package's own environment over Selenium
(where there is a chromedriver). text is what an agent of BrowserGym does after a step to have something to read.

    make peers-web
    build/peers-web/bin/python bench/browsergym/steps.py --seconds 30 --tasks click-button,email-inbox
"""
import argparse
import importlib.metadata
import json
import logging
import os
import pathlib
import random
import shutil
import statistics
import sys
import time


class BrowserGym:
    package = "browsergym-miniwob"

    def __init__(self, task, chrome, fast):
        import browsergym.core
        import browsergym.miniwob  # registers the tasks
        import gymnasium
        import miniwob
        os.environ.setdefault("MINIWOB_URL", (pathlib.Path(miniwob.__file__).parent / "html" / "miniwob").as_uri() + "/")
        playwright = browsergym.core._get_global_playwright()
        if not getattr(playwright.chromium, "patched", False):  # its chat starts a browser too, and takes no path
            launch = playwright.chromium.launch
            playwright.chromium.launch = lambda **kw: launch(**{"executable_path": chrome, **kw})
            playwright.chromium.patched = True
        waits = {"pre_observation_delay": 0.0, "slow_mo": 0} if fast else {}
        self.env = gymnasium.make(f"browsergym/miniwob.{task}", disable_env_checker=True, **waits)

    def reset(self, seed):
        return self.env.reset(seed=seed)[0]

    def step(self, obs, rng):
        props = obs["extra_element_properties"]
        bids = [b for b, p in props.items() if p["set_of_marks"] and p["visibility"] >= 0.5] or list(props)
        obs, _, terminated, truncated, _ = self.env.step(f'click("{rng.choice(bids)}")')
        return obs, terminated or truncated

    def text(self, obs):
        from browsergym.utils.obs import flatten_axtree_to_str, flatten_dom_to_str, prune_html
        return flatten_axtree_to_str(obs["axtree_object"]), prune_html(flatten_dom_to_str(obs["dom_object"]))

    def close(self):
        self.env.close()


class Selenium:
    package = "miniwob"

    def __init__(self, task, chrome, driver):
        import gymnasium
        import miniwob
        from miniwob.action import ActionTypes
        os.environ.update(MINIWOB_CHROME_BINARY=chrome, MINIWOB_CHROMEDRIVER=driver)
        gymnasium.register_envs(miniwob)
        self.click = ActionTypes.CLICK_ELEMENT
        self.env = gymnasium.make(f"miniwob/{task}-v1", disable_env_checker=True)

    def reset(self, seed):
        return self.env.reset(seed=seed)[0]

    def step(self, obs, rng):
        refs = [e["ref"] for e in obs["dom_elements"] if e["ref"] > 0]
        obs, _, terminated, truncated, _ = self.env.step(self.env.unwrapped.create_action(self.click, ref=rng.choice(refs)))
        return obs, terminated or truncated

    def text(self, obs):
        pass

    def close(self):
        self.env.close()


def measure(make, tasks, seconds, episodes):
    """Plays each task for so long, or for so many episodes; an episode has ten steps at most."""
    times = {"step": [], "text": [], "reset": []}

    def timed(kind, f, *args):
        begun = time.perf_counter()
        out = f(*args)
        times[kind].append(1000 * (time.perf_counter() - begun))
        return out

    for task in tasks:
        env, rng = make(task), random.Random(task)
        end = time.perf_counter() + seconds
        try:
            for seed in range(episodes):
                if time.perf_counter() > end:
                    break
                obs, done = timed("reset", env.reset, seed), False
                for _ in range(10):
                    if done or time.perf_counter() > end:
                        break
                    obs, done = timed("step", env.step, obs, rng)
                    timed("text", env.text, obs)
        finally:
            env.close()
    return times


def report(name, package, tasks, times):
    line = {"name": name, "version": importlib.metadata.version(package), "tasks": tasks, "steps": len(times["step"])}
    for kind, list_ in times.items():
        if list_:
            line[f"{kind}_ms_p50"] = round(statistics.median(list_), 2)
            line[f"{kind}_ms_p95"] = round(sorted(list_)[int(0.95 * (len(list_) - 1))], 2)
    if times["step"]:
        line["steps_per_second"] = round(1000 * len(times["step"]) / (sum(times["step"]) + sum(times["text"])), 2)
    print(json.dumps(line), flush=True)


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--tasks", default="click-button,click-checkboxes,email-inbox,book-flight")
    flags.add_argument("--seconds", type=float, default=20, help="for each task of each peer")
    flags.add_argument("--episodes", type=int, default=1000, help="at most, for each task of each peer")
    flags.add_argument("--chrome", default=shutil.which("chromium") or shutil.which("google-chrome"))
    flags.add_argument("--chromedriver", default=shutil.which("chromedriver"))
    a = flags.parse_args()
    logging.disable()
    tasks = a.tasks.split(",")
    peers = [("BrowserGym", BrowserGym.package, lambda t: BrowserGym(t, a.chrome, False)),
             ("BrowserGym, waits off", BrowserGym.package, lambda t: BrowserGym(t, a.chrome, True))]
    if a.chromedriver:
        peers.append(("MiniWoB++ over Selenium", Selenium.package, lambda t: Selenium(t, a.chrome, a.chromedriver)))
    else:
        print("no chromedriver here (Debian: apt install chromium-driver): Selenium is left out", file=sys.stderr)
    for name, package, make in peers:
        try:
            report(name, package, tasks, measure(make, tasks, a.seconds, a.episodes))
        except ImportError as e:
            print(f"{name} is not installed: {e}", file=sys.stderr)


if __name__ == "__main__":
    main()
