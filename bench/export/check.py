"""Loads what gym export wrote as those do whom it is for. For each format, with what is installed:

    python bench/export/check.py trl=FILE trl-completion=FILE ... verifiers=FILE

pyarrow, datasets and pydantic are needed; trl, verl, verifiers and atif are used where they are there. A format's check
fails with what is wrong; one that cannot be made for want of a package is said to be skipped.
"""

import ast
import importlib.util
import json
import sys
import tempfile
import typing

import datasets
import pyarrow.parquet
import pydantic


def table(path):
    kind = "parquet" if pyarrow_can(path) else "json"
    return datasets.load_dataset(kind, data_files=path, split="train", cache_dir=CACHE)


def pyarrow_can(path):
    with open(path, "rb") as f:
        return f.read(4) == b"PAR1"


def package(name):
    try:
        return importlib.import_module(name)
    except ImportError as e:
        raise Skipped(f"no {name}: {e}") from None


class Skipped(Exception):
    pass


def lines(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


def chat(messages):
    """What a chat template asks of a conversation."""
    called = set()
    for m in messages:
        assert m["role"] in ("user", "assistant", "tool"), m
        for c in m.get("tool_calls") or []:
            called.add(c["id"])
            assert isinstance(c["function"]["arguments"], dict), c
        if m["role"] == "tool":
            assert m["tool_call_id"] in called, m


def trl(path):
    rows = table(path)
    for row in rows:
        chat(row["messages"])
        assert row["messages"][-1]["role"] == "assistant"
        assert len(row["rewards"]) == len(row["signals"]) == sum(m["role"] == "assistant" for m in row["messages"])
        for tool in json.loads(row["tools"]):
            assert tool["type"] == "function" and tool["function"]["parameters"]["type"] == "object"
    utils = package("trl.data_utils")
    assert all(utils.is_conversational(r) for r in rows)
    return len(rows)


def trl_completion(path):
    rows = table(path)
    for row in rows:
        chat(row["prompt"])
        assert [m["role"] for m in row["completion"]] == ["assistant"]
    utils = package("trl.data_utils")
    assert all(utils.is_conversational(r) for r in rows)
    return len(rows)


def trl_steps(path):
    rows = table(path)
    for row in rows:
        assert isinstance(row["prompt"], str)
        assert len(row["completions"]) == len(row["labels"]) > 0
        assert all(isinstance(v, bool) for v in row["labels"])
    return len(rows)


def verl(path):
    schema = pyarrow.parquet.read_schema(path)
    for name in ("data_source", "prompt", "ability", "reward_model", "extra_info", "agent_name"):
        assert name in schema.names, name
    rows = table(path)
    for i, row in enumerate(rows):
        assert row["prompt"][0]["role"] == "user" and row["extra_info"]["index"] == i
        json.loads(row["reward_model"]["ground_truth"])
    return len(rows)


def verl_rollouts(path):
    rows = lines(path)
    assert len(table(path)) == len(rows)
    for row in rows:
        n = len(row["response_ids"])
        assert row["prompt_ids"] and n == len(row["response_mask"]) == len(row["response_logprobs"]) == len(row["extra_fields"]["versions"])
        assert set(row["response_mask"]) <= {0, 1} and row["response_mask"][0] == 1
        assert all(p == 0 for p, m in zip(row["response_logprobs"], row["response_mask"]) if not m)
    output = agent_loop_output()
    for row in rows:
        output(**row)
    return len(rows)


def agent_loop_output():
    """verl's class, taken out of its source: to import its module needs PyTorch and Ray."""
    spec = importlib.util.find_spec("verl")
    if spec is None:
        raise Skipped("no verl")
    with open(f"{spec.submodule_search_locations[0]}/experimental/agent_loop/agent_loop.py") as f:
        tree = ast.parse(f.read())
    names = ("AgentLoopMetrics", "AgentLoopOutput")
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name in names]
    scope = {"BaseModel": pydantic.BaseModel, "Any": typing.Any, "Optional": typing.Optional}
    exec(compile(ast.Module(classes, []), "agent_loop.py", "exec"), scope)
    return scope["AgentLoopOutput"]


def verifiers(path):
    rows = lines(path)
    for row in rows:
        for node in row["nodes"]:
            assert len(node["token_ids"]) == len(node["mask"]) and len(node["logprobs"]) == sum(node["mask"])
    v1 = package("verifiers.v1")
    for row in rows:
        t = v1.WireTrace.model_validate(row)
        assert len(t.branches) == 1 and abs(t.reward - row["rewards"]["outcome"]["score"]) < 1e-9
        b = t.branches[0]
        assert len(b.token_ids) == len(b.sampled_mask) == len(b.logprobs)
    return len(rows)


def atif(path):
    package_ = package("atif")
    rows = lines(path)
    for row in rows:
        package_.Trajectory.model_validate(row)
    return len(rows)


def parquet(path):
    rows = pyarrow.parquet.read_table(path)
    for name in ("token_ids", "sampled", "logprobs", "versions"):
        assert pyarrow.types.is_list(rows.schema.field(name).type), rows.schema.field(name)
    for row in rows.to_pylist():
        assert len(row["token_ids"]) == len(row["sampled"]) == len(row["logprobs"]) == len(row["versions"])
    return len(table(path))


def parquet_episodes(path):
    rows = pyarrow.parquet.read_table(path)
    assert rows.schema.field("seed").type == pyarrow.uint64()
    return len(table(path))


if __name__ == "__main__":
    datasets.disable_progress_bars()
    failed = False
    with tempfile.TemporaryDirectory() as CACHE:
        for argument in sys.argv[1:]:
            name, _, path = argument.partition("=")
            try:
                print(f"{name:17} {globals()[name.replace('-', '_')](path)} rows")
            except Skipped as e:
                print(f"{name:17} columns are right; {e}")
            except Exception as e:
                failed = True
                print(f"{name:17} FAILED: {type(e).__name__}: {e}")
    sys.exit(failed)
