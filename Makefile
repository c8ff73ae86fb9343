# make train: set up, build and train. make test: set up and test everything.

GO ?= go
MINIWOB := build/miniwob/html
MINIWOB_VERSION := 1.1.0

.PHONY: train test test-long bench build chrome miniwob peers peers-web peers-torch bench-kernels bench-cuda card puzzle-table miniwob-table chaos mcp-servers check clean

train: chrome build
	bin/gym train --env web

build:
	@$(GO) build -o bin/gym ./cmd/gym

# Finds Chrome or Chromium, or installs Debian's where apt may: the shell for
# headless use, which gym prefers, and the whole one. Where neither can be, gym
# goes on with pages without scripts (the static driver). The fonts are those
# that web pages count on; without them text has other widths.
chrome:
	@for c in chromium-headless-shell chrome-headless-shell headless-shell chromium chromium-browser google-chrome-stable google-chrome; do command -v $$c >/dev/null && exit 0; done; \
	as=; test "$$(id -u)" = 0 || as="sudo -n"; \
	if command -v apt-get >/dev/null && $$as true 2>/dev/null; then \
		echo "installing chromium"; \
		install="$$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends"; \
		{ $$as apt-get update -qq && { $$install chromium chromium-headless-shell fonts-liberation || $$install chromium; }; } >build-chromium.log 2>&1 \
			&& { rm -f build-chromium.log; exit 0; }; \
	fi; \
	echo "no Chrome here and no way to install one: going on with the static driver (pages without scripts)"

# The MiniWoB++ pages, from the Python package, where pip can get it.
miniwob:
	@test -f $(MINIWOB)/core/core.js && exit 0; mkdir -p build/miniwob; \
	python3 -m pip download -q --no-deps -d build/miniwob miniwob==$(MINIWOB_VERSION) >build/miniwob/pip.log 2>&1 \
		&& python3 -m zipfile -e build/miniwob/miniwob-*.whl build/miniwob/wheel && mv build/miniwob/wheel/miniwob/html $(MINIWOB) \
		|| echo "no MiniWoB++ pages here (pip could not get them): their test is skipped"

# Other gyms, to be measured beside ours by gym bench.
peers:
	@test -x build/peers/bin/python || { python3 -m venv build/peers && build/peers/bin/pip install -q gymnasium==1.4.0 textarena==0.7.4 reasoning-gym==0.1.19 bm25s==0.3.16; } \
		|| { rm -rf build/peers; echo "no peers here (pip could not get them)"; }

# PyTorch, OpenBLAS (numpy's) and transformers, to be measured beside our kernels and our trainer.
peers-torch:
	@test -x build/peers-torch/bin/python || { python3 -m venv build/peers-torch && build/peers-torch/bin/pip install -q torch==2.15.0 \
		numpy==2.4.6 transformers==5.23.0 safetensors; } || { rm -rf build/peers-torch; echo "no torch here (pip could not get it)"; }

# BrowserGym, and MiniWoB++'s own environment: bench/browsergym. lxml is an old one, since its parser is seen in what
# BrowserGym shows.
peers-web:
	@test -x build/peers-web/bin/python || { python3 -m venv build/peers-web && build/peers-web/bin/pip install -q \
		browsergym-core==0.14.3 browsergym-miniwob==0.14.3 playwright==1.44.0 miniwob==1.1.0 gymnasium==1.4.0 \
		selenium==4.51.0 lxml==5.4.0 beautifulsoup4==4.15.0; } \
		|| { rm -rf build/peers-web; echo "no web peers here (pip could not get them)"; }

# MCP servers that the protocol's authors publish, for the test of tools/mcp, where npm can get them.
mcp-servers:
	@test -d build/mcp/node_modules/@modelcontextprotocol/server-everything && exit 0; mkdir -p build/mcp; \
	timeout 120 npm install --silent --no-audit --no-fund --prefix build/mcp @modelcontextprotocol/server-filesystem@2026.8.31 \
		@modelcontextprotocol/server-everything@2026.8.31 >build/mcp/npm.log 2>&1 \
		|| { rm -rf build/mcp; echo "no MCP servers here (npm could not get them): their test is skipped"; }

# Trains one policy on 35 MiniWoB++ pages and plays all 130: about an hour.
miniwob-table: chrome miniwob build
	@$(GO) run ./bench/miniwob

# Ten thousand episodes in a Chrome that is killed every two hundred.
chaos: chrome
	$(GO) run ./bench/chaos

check:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "gofmt -w these files"; exit 1; }
	@$(GO) vet ./...

# The learning tests, the puzzles and the sites are too slow under the race detector, so they run without.
test: chrome miniwob mcp-servers check
	GYM_MINIWOB=$$(ls -d $(CURDIR)/$(MINIWOB) 2>/dev/null) $(GO) test -race -timeout 20m ./...
	$(GO) test -timeout 20m ./envs/puzzle ./envs/terminal ./envs/sql
	$(GO) test -timeout 20m -run 'Static|Sites' ./envs/web
	$(GO) test -run Learn ./cmd/gym

# Learning on three seeds, a minute of each fuzzer, and that the assembly is what its generator writes.
test-long: test
	$(GO) generate ./kernels/cpu && git diff --exit-code -- kernels/cpu
	GYM_LONG=1 $(GO) test -timeout 4h -v -run 'ThreeSeeds' ./cmd/gym
	GYM_LONG=1 $(GO) test -timeout 2h -run 'Sites' ./envs/web
	GYM_LONG=1 $(GO) test -timeout 1h ./envs/puzzle
	for p in ./scenarios ./agent/prompt ./gym ./gym/record ./policy/weights ./policy/token \
		./tools ./tools/mcp ./tools/script ./tools/shellbox ./tools/sqlbox ./tools/codebox ./tools/retrieve ./agent/llm ./cmd/gym/internal/console \
		./envs/search ./envs/code ./envs/toolbox; do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep ^Fuzz); do $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime 1m -fuzzminimizetime 1x $$p || exit 1; done; done

bench: build peers
	$(GO) test -run '^$$' -bench . -benchtime 1s ./kernels/cpu ./policy/model ./envs/web/browser ./envs/puzzle
	bin/gym bench --env puzzle --scenario puzzle/frozen-lake

# Our kernels, training steps and generation beside PyTorch: some twenty minutes, on a machine that does nothing else.
bench-kernels: peers-torch
	$(GO) run ./bench/kernels

# The GPU beside PyTorch on the same card: some eight minutes.
bench-cuda: peers-torch
	$(GO) run ./bench/cuda

# The same, and the tests that want a GPU, as binaries for a machine without Go.
card:
	CGO_ENABLED=0 $(GO) build -o build/card/bench-cuda ./bench/cuda
	CGO_ENABLED=0 $(GO) test -c -o build/card/ ./kernels/cuda ./kernels/cuda/driver ./policy/model ./policy/train

# Trains on seven puzzles and prints what a random agent, the policy and the oracle reach: about an hour.
puzzle-table: build
	$(GO) run ./bench/table

clean:
	rm -rf bin build
