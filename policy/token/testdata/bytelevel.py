"""Small byte-level tokenizers in the forms of GPT-2, Llama 3, Qwen and SmolLM, with the ids that Hugging Face's library
gives for texts with every awkward case.

    python bytelevel.py DIR       writes DIR/NAME.json and DIR/NAME.expected.json

Needs tokenizers. In expected.json, "ids" are those of a text in which special tokens count as such, "plain" those of a
text in which they do not.
"""
import json
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def split(pattern):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"),
                                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


FORMS = {
    "gpt2": dict(pre=pre_tokenizers.ByteLevel(add_prefix_space=False), specials=["<|endoftext|>"]),
    "llama3": dict(pre=split(LLAMA3), ignore_merges=True, specials=["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]),
    "qwen": dict(pre=split(QWEN), norm=normalizers.NFC(), specials=["<|endoftext|>", "<|im_start|>", "<|im_end|>"]),
    "smollm": dict(pre=pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]),
                   specials=["<|endoftext|>", "<|im_start|>", "<|im_end|>"]),
}

CORPUS = ["The agent reads the page and clicks the button. It doesn't know what they'll see; we've been there, I'm sure.",
          "def step(self, action):\n    if action is None:\n        return self.state, 0.0\n\n\treturn self.state, 1.0\n",
          "In 2024 there were 1234567 requests, 98.6% of which took 12 ms or less.", "Straße, naïve café, Ελλάδα, Привет мир, 日本語の文章 한국어",
          "{\"name\": \"click\", \"arguments\": {\"element\": \"42\"}}", "the the the and and of of to to in in is is   that that"] * 4

TEXTS = ["", " ", "  ", "a", "Hello, world!", "hello  world   three", " leading and trailing ", "tab\tand\nnewline\r\nand\n\n\nmany\n \n x",
         "don't DON'T we'LL I'd 'S it''s", "12345 1 22 333 4444 3.14159 １２３ ٣٤٥ ½ ²", "naïve café Straße ﬁ", "e\u0301 A\u030a \u1100\u1161 \u212b",
         "日本語の文章です。 中文 한국어 ไทย हिन्दी", "😀👍🏽👨‍👩‍👧‍👦🇩🇪 ❤️", "a\u00a0b\u2003c\u200bd\u3000e\ufeff", "\u0000\u0001\u007f\u0085", "x" * 300,
         "_under_score__ --dash-- ...dots... !!??", "{\"a\": [1, 2, {\"b\": null}]}", "    indented\n\t\tdeep\n", "if (a&&b||!c) { return x->y; } // ok",
         "https://example.com/a?b=c&d=%20#e", "\ufffd \U0010ffff \ue000", "The quick brown fox", "the\u2028line\u2029sep", " \n", "\n ", "\r", "a \r\n b",
         "<|im_start|>user\nhi<|im_end|>\n", "x<|endoftext|>y <|endoftext|> z", "<|im_start|", "<|eot_id|><|eot_id|>", "<|begin_of_text|>The",
         "mixed١٢abc12", "ſ'ſ K", "a'b'c", "ǅ ǈ", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚𝟛", "\u202eright to left\u202c", "caf\u0065\u0301\u0301"]


def main(dir):
    for name, form in FORMS.items():
        tok = Tokenizer(models.BPE(ignore_merges=form.get("ignore_merges", False)))
        tok.pre_tokenizer, tok.decoder = form["pre"], decoders.ByteLevel()
        if "norm" in form:
            tok.normalizer = form["norm"]
        tok.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=600, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
        tok.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in form["specials"]])
        tok.save(f"{dir}/{name}.json", pretty=False)
        cases = []
        for text in TEXTS:
            tok.encode_special_tokens = False
            ids = tok.encode(text, add_special_tokens=False).ids
            tok.encode_special_tokens = True
            cases.append({"text": text, "ids": ids, "plain": tok.encode(text, add_special_tokens=False).ids,
                          "decoded": tok.decode(ids, skip_special_tokens=False)})
        json.dump(cases, open(f"{dir}/{name}.expected.json", "w"))


main(sys.argv[1])
