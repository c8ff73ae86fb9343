"""Writes testdata/soup.json of envs/web/browser: random bad HTML, and what Beautiful Soup over lxml and BrowserGym's
prune_html make of it, to hold our own parser against.

    build/peers-web/bin/python bench/browsergym/soup.py [number]
"""
import json
import pathlib
import random
import sys
import warnings

from browsergym.utils.obs import prune_html
from bs4 import BeautifulSoup

OUT = pathlib.Path(__file__).resolve().parents[2] / "envs/web/browser/testdata/soup.json"
TAGS = """a abbr address area b base blockquote body br button caption center col colgroup custom-el dd div dl dt em embed
fieldset font form frame h1 h2 head hr html i iframe img input label legend li link menu meta noscript ol optgroup option p param pre
q s script select small span style sub summary svg table tbody td textarea tfoot th thead title tr tt u ul var wbr ::before""".split()
TEXTS = ["text", "a < b", "x & y", "&amp;", "&lt;b&gt;", "&copy;", "&nope;", "&apos;", "&#65;", "&#x41;", "&#0;", "&#xfffe;", "AT&T",
         "&nbsp;", " ", "\n", "\u00a0", "é", "<!-- c -->", "<!x>", "<?pi x>", "</>", "< ", "<", 'a"b', "'", "&é;", "&lang;", "\x01", "&#",
         "&#x", "&", "<!doctype html>", "<-", "&amp", "--> z"]
VALUES = ["v", "", "a b  c", 'say "hi"', "it's", "a<b>c", "x&amp;y", "x&y", "&copy;", "<p>", "data:,", "text/html; charset=latin1", "1 > 0"]
NAMES = "bid class id href content charset http-equiv rel @click data-x aria-label xlink:href _x :y".split()


def element(rng, depth):
    if depth == 0 or rng.random() < 0.3:
        return rng.choice(TEXTS)
    tag = rng.choice(TAGS)
    attrs = "".join(f' {name}="{rng.choice(VALUES)}"' for name in rng.sample(NAMES, rng.choice([0, 1, 1, 2])))
    return f"<{tag}{attrs}>" + "".join(element(rng, depth - 1) for _ in range(rng.choice([0, 1, 1, 2, 3]))) + f"</{tag}>"


def main():
    warnings.simplefilter("ignore")
    rng, cases = random.Random(1), []
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 40):
        text = '<html bid="0"><head><title>T</title></head><body>' + "".join(element(rng, 3) for _ in range(3)) + "</body></html>"
        pretty = BeautifulSoup(text, "lxml").prettify()
        cases.append([text, pretty, prune_html(pretty)])
    OUT.write_text(json.dumps(cases, separators=(",", ":")).replace("],[", "],\n[") + "\n")


if __name__ == "__main__":
    main()
