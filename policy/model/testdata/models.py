"""Tiny random checkpoints of each kind that is read, with what transformers makes of them.

    python models.py DIR          writes DIR/llama, DIR/qwen2, DIR/qwen3
    python models.py DIR NAME     compares NAME, a copy of DIR/NAME that another program has loaded and saved

Needs torch, transformers and safetensors. Beside each checkpoint lies expected.safetensors: the token ids, their logits,
the mean loss of predicting each next one, its gradients by parameter, and 200 tokens of greedy continuation.
"""
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, LlamaConfig, Qwen2Config, Qwen3Config

SHAPE = dict(vocab_size=96, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             intermediate_size=40, max_position_embeddings=512)
MODELS = {
    "llama": (LlamaConfig(**SHAPE, tie_word_embeddings=False, rms_norm_eps=1e-5, rope_parameters={
        "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64}), torch.bfloat16),
    "qwen2": (Qwen2Config(**SHAPE, tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}), torch.float16),
    "qwen3": (Qwen3Config(**SHAPE, tie_word_embeddings=True, head_dim=12), torch.float32),
}


def expect(model, ids):
    logits = model(ids).logits
    loss = torch.nn.functional.cross_entropy(logits[0, :-1], ids[0, 1:])
    loss.backward()
    out = {"ids": ids[0].int(), "logits": logits[0].detach(), "loss": loss.detach()}
    for name, p in model.named_parameters():
        out["grad." + name] = p.grad
    tokens = ids
    with torch.no_grad():
        for _ in range(200):
            tokens = torch.cat((tokens, model(tokens).logits[:, -1:].argmax(-1)), 1)
    out["greedy"] = tokens[0, ids.shape[1]:].int()
    return out


def floats(out):
    """All as float32, since that is what the reader of the other side reads."""
    return {k: v.float().contiguous() for k, v in out.items()}


def write(dir):
    for name, (config, dtype) in MODELS.items():
        torch.manual_seed(7)
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
        with torch.no_grad():
            for p in model.parameters():  # lively: what is near 0 would hide mistakes
                p.copy_(torch.randn_like(p) * (1.5 / p.shape[1] ** 0.5 if p.dim() == 2 else 0.3) + (p.dim() == 1))
        model.to(dtype).save_pretrained(f"{dir}/{name}", max_shard_size="20KB")
        model = AutoModelForCausalLM.from_pretrained(f"{dir}/{name}", dtype=torch.float32)
        save_file(floats(expect(model, torch.randint(96, (1, 40)))), f"{dir}/{name}/expected.safetensors")


def check(dir, copy):
    want = load_file(f"{dir}/expected.safetensors")
    model = AutoModelForCausalLM.from_pretrained(copy, dtype=torch.float32)
    got = model(want["ids"].long()[None]).logits[0]
    print("largest difference of a logit", (got - want["logits"]).abs().max().item(), "of", want["logits"].abs().max().item())


if len(sys.argv) > 2:
    check(sys.argv[1], sys.argv[2])
else:
    write(sys.argv[1])
