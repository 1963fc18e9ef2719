# Timelift on one machine. Needs Python 3.11+ and make; everything else comes into .venv and .local.
#
#   make run [FILE=my.jpg] [PORT=4001]   the whole system, until Ctrl-C
#   make test                            lint, then every test against real servers
#   make lint                            style, types, lock files
#   make bench                           the benchmarks
#   make bench-queue [QUICK=1]           the streams beside five other job queues
#   make bench-sse [ROWS=1000x4000]      thousands of event streams beside nchan and aiohttp-sse
#   make bench-gateway [ROUNDS=2]        uploads beside a FastAPI equivalent, while text recognition runs
#   make bench-page                      when a phone can use the page, and the frames of a drag
#   make bench-progress [PAGES=10]       how far percentages are from the time that has passed
#   make bench-scale [SIZES=1:1]         1, 2, 4 OCR workers, 1, 2 gateways: speed, memory, what a document costs
#   make image-sizes [SERVICES=ocr]      the libraries of each image, before and after they are made small
#   make images [IMAGES="gateway web"]   builds them, without a container engine too, and brings a document through
#   make bench-relay                     finding the next document with up to 100,000 waiting
#   make soak                            100,000 jobs: the memory of the streams, and what they cost a document
#   make bench-ocr                       the text recognition beside others
#   make soak-ocr [PAGES=1000]           the text recognition's memory over many pages
#   make bench-compress                  the compressor beside sharp and Pillow
#   make chaos [SEED=7] [ACTIONS=kill]   kills, stops, cuts and empties everything, and counts what is lost
#   make upgrade-drill                   to the next version and back, both side by side, while documents go through
#   make attack [FUZZ=60]                what a stranger may try, and what the gateway makes of it
#   make accuracy DATA=folder            reads every picture of a folder and scores it
#   make accuracy-drawn [LOOKS=clean]    draws pages of every layout, reads and scores them
#   make accuracy-real [PICTURES=folder] gets real pages of public repositories, reads and scores them
#   make train [MINUTES=25]              trains the reader's models and chances anew and measures them
#   make pictures                        of the page's views, in light, dark, on a phone and in print
#   make clean                           removes all of it, the kept documents included

.DEFAULT_GOAL := help
.PHONY: help run test lint bench bench-gateway bench-compress bench-ocr bench-queue bench-page bench-progress bench-relay bench-sse soak soak-ocr chaos attack accuracy accuracy-drawn accuracy-real train clean bench-scale images image-sizes pictures upgrade-drill FORCE
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

WITH_PYTHON := sh deploy/setup/with_python.sh
PYTHON_IN := .venv/bin/python
WEB := services/gateway/web
REACT := clients/react
PAGE := services/gateway/static/index.html
LOCKED := uv.lock pyproject.toml deploy/setup/environment.py $(wildcard deploy/stubs/*/pyproject.toml) clients/python/pyproject.toml
WEB_SOURCES := $(shell find $(WEB) $(REACT)/src -name node_modules -prune -o -type f ! -name '*.tsbuildinfo' -print 2>/dev/null)
# A .venv whose Python was removed or upgraded away is made anew, whatever its stamps say.
BROKEN := $(shell test -x $(PYTHON_IN) || echo FORCE)
TESTS ?= tests
# Of tests beside each other: much of their time goes by in waiting.
PROCESSES ?= 2

help:
	@sed -n 's/^#   //p' Makefile

run: .venv/.run $(PAGE)
	@exec $(PYTHON_IN) -m deploy.launch $(if $(FILE),"$(FILE)")

test: lint $(PAGE)
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm --prefix $(WEB) test --silent
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm --prefix $(REACT) test --silent
	@$(PYTHON_IN) -m pytest $(TESTS) --ignore=tests/benchmarks -n $(PROCESSES) --dist loadfile

lint: .venv/.all $(WEB)/node_modules/.stamp $(REACT)/node_modules/.stamp
	@$(PYTHON_IN) -m ruff check .
	@$(PYTHON_IN) -m ruff format --check .
	@$(PYTHON_IN) -m mypy
	@$(PYTHON_IN) deploy/setup/lock_hosts.py
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm --prefix $(WEB) run --silent check
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm --prefix $(REACT) run --silent check

bench: .venv/.all $(PAGE)
	@$(PYTHON_IN) -m tests.benchmarks

# ROUNDS and EACH (pages of each look) reach it through the environment.
bench-ocr: .venv/.all
	@$(PYTHON_IN) -m tests.benchmarks.ocr

# PAGES reaches it through the environment.
soak-ocr: .venv/.all
	@$(PYTHON_IN) -m tests.benchmarks.ocr.soak

# ROUNDS reaches it through the environment.
bench-compress: .venv/.all .local/peers-compress/.stamp
	@$(PYTHON_IN) -m tests.benchmarks.compress

# SEED, DOCUMENTS, SECONDS, ACTIONS, SETTLE, LONGEST, CLOCKS, PACE and FOLDER reach it through the environment.
chaos: .venv/.all
	@$(PYTHON_IN) -m tests.chaos

# SEED, DOCUMENTS and SECONDS reach it through the environment.
upgrade-drill: .venv/.all
	@$(PYTHON_IN) -m tests.chaos.upgrade

# FUZZ (seconds) and ONLY (attacks, by name) reach it through the environment.
attack: .venv/.all
	@$(PYTHON_IN) -m tests.attack

bench-queue: .venv/.all .local/peers/.stamp
	@$(PYTHON_IN) -m tests.benchmarks.queue

# ROUNDS and SECONDS reach it through the environment.
bench-gateway: .venv/.all .local/peer-gateway/.stamp
	@$(PYTHON_IN) -m tests.benchmarks.gateway

# DOCUMENTS and SIZES (OCR workers:gateways, ...) reach it through the environment.
bench-scale: .venv/.all $(PAGE)
	@$(PYTHON_IN) -m tests.benchmarks.scale

# SERVICES reaches it through the environment.
image-sizes: .venv/.all
	@$(PYTHON_IN) -m deploy.images.sizes

# IMAGES reaches it through the environment.
images: .venv/.run
	@$(PYTHON_IN) -m deploy.images.build

bench-relay: .venv/.all
	@$(PYTHON_IN) -m tests.benchmarks.relay

bench-page: .venv/.all $(PAGE)
	@$(PYTHON_IN) -m tests.benchmarks.browser

# PAGES reaches it through the environment.
bench-progress: .venv/.all
	@$(PYTHON_IN) -m tests.benchmarks.progress

# ROWS (streams x deliveries a second), SECONDS and ONLY reach it through the environment.
bench-sse: .venv/.all .local/peers-sse/.stamp
	@$(PYTHON_IN) -m tests.benchmarks.sse

# JOBS and RATE reach it through the environment.
soak: .venv/.all
	@$(PYTHON_IN) -m tests.benchmarks.queue.soak

pictures: .venv/.all $(PAGE)
	@$(PYTHON_IN) -m tests.browser.pictures

accuracy: .venv/.all $(PAGE)
	@test -d "$(DATA)" || { echo "Give the folder of pictures: make accuracy DATA=folder." >&2; exit 1; }
	@$(PYTHON_IN) -m tests.benchmarks.accuracy "$(DATA)"

# PER_LAYOUT, LOOKS, LAYOUTS and SEED reach it through the environment.
accuracy-drawn: .venv/.all $(PAGE)
	@$(PYTHON_IN) -m tests.benchmarks.accuracy_layouts

# PICTURES, ROUNDS and RESERVED reach it through the environment.
accuracy-real: .venv/.all $(PAGE)
	@$(PYTHON_IN) -m tests.real

# PAGES, TESTED, DRAWN, MINUTES, PART, TRAINING_CACHE, PICTURES, ROUNDS and FIRST_SIGHT reach it through the environment.
train: .venv/.train
	@$(PYTHON_IN) -m tests.training
	@$(PYTHON_IN) -m tests.training.relations
	@$(PYTHON_IN) -m tests.real.calibrate

clean:
	@$(WITH_PYTHON) deploy/setup/clean.py

.venv/.run: $(LOCKED) $(BROKEN)
	@$(WITH_PYTHON) deploy/setup/environment.py run

.venv/.all: $(LOCKED) $(BROKEN)
	@$(WITH_PYTHON) deploy/setup/environment.py all

.venv/.train: $(LOCKED) $(BROKEN)
	@$(WITH_PYTHON) deploy/setup/environment.py train

.local/peers/.stamp: $(addprefix tests/benchmarks/queue/peers/,uv.lock package.json package-lock.json setup.py) | .venv/.all
	@$(PYTHON_IN) -m tests.benchmarks.queue.peers.setup

.local/peers-sse/.stamp: $(addprefix tests/benchmarks/sse/peers/,uv.lock pyproject.toml setup.py) | .venv/.all
	@$(PYTHON_IN) -m tests.benchmarks.sse.peers.setup

.local/peer-gateway/.stamp: $(addprefix tests/benchmarks/gateway/peer/,uv.lock pyproject.toml setup.py) | .venv/.all
	@$(PYTHON_IN) -m tests.benchmarks.gateway.peer.setup

.local/peers-compress/.stamp: $(addprefix tests/benchmarks/compress/peers/,package.json package-lock.json setup.py) | .venv/.all
	@$(PYTHON_IN) -m tests.benchmarks.compress.peers.setup

$(WEB)/node_modules/.stamp: $(WEB)/package-lock.json | .venv/.run
	@$(WITH_PYTHON) deploy/setup/environment.py modules

$(REACT)/node_modules/.stamp: $(REACT)/package-lock.json | .venv/.run
	@$(WITH_PYTHON) deploy/setup/environment.py react

$(PAGE): $(WEB_SOURCES) $(WEB)/node_modules/.stamp
	@$(WITH_PYTHON) deploy/setup/environment.py page
