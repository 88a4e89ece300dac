# make setup   the environment in .venv, with the command .venv/bin/kit
# make demo    two clients, one server, real packets, a verdict
# make test    everything that must hold: linter, types, tests
# make soak    each exercise 200 times a backend beside load: N=200 JOBS=1 BACKENDS="docker netns" EXERCISES="..."
# make lint    the whole catalogue, every wrong solution on each backend: REPEATS=20 JOBS=2 BACKENDS="docker netns" EXERCISES="..."
# make crash   kits killed at 100 random instants a backend beside 10 runs: N=100 BESIDE=10 BACKENDS="docker netns" EXERCISES="..."
# make classes a made class of N=300 whose verdicts are known: graded JOBS=1 at a time, KILLS=0 times killed and resumed
# make floods  four floods graded beside four honest submissions: a table of verdicts and times
# make parity  the analyser beside tshark: a table of agreement on others' captures, every difference, and the speed
# make fuzz    any bytes into each reader, guided by what code they reach: SECONDS=600 TARGETS="..." KEEP=--keep
# make bench   kit beside Mininet, docker-compose and others: times, a batch, growth: RUNS=10 PARTS="peers ..."
# make clean   removes what the commands above made, and what dead runs left on this machine

.DELETE_ON_ERROR:
.PHONY: setup demo test lint soak crash classes floods parity fuzz bench clean

VENV := .venv
BIN := $(VENV)/bin
comma := ,
MADE := $(BIN)/.made-$(subst $(comma),-,$(KIT_REQUIRE))
PYTHON ?=
JOBS ?= 1
BESIDE ?= 10
KILLS ?= 0
BACKENDS ?= docker netns
EXERCISES ?=
SECONDS ?= 600
TARGETS ?=
KEEP ?=
RUNS ?= 10
PARTS ?=

setup: $(MADE)

# A stamp: made again only when what it is made from has changed, or more is required than before.
$(MADE): pyproject.toml .ci/setup-system
	python=$$(PYTHON="$(PYTHON)" sh .ci/setup-system) && "$$python" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@

demo: setup
	$(BIN)/kit run listen-accept

# Most tests wait for a gate: three workers keep two processors busy. Who is done takes tests of who is not.
# An engine that is here is tested, so it gets its image. Without one, the tests that need it say so and are
# skipped; KIT_REQUIRE=docker,netns makes that a failure.
test: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/kit image build --with c,javascript,shell || echo "make: no host image, so Docker is not tested"
	$(BIN)/pytest -n 3 --dist worksteal

lint: REPEATS ?= 20
lint: setup
	for backend in $(BACKENDS); do $(BIN)/kit lint --backend $$backend --repeats $(REPEATS) -j $(JOBS) $(EXERCISES) || exit; done

soak: N ?= 200
soak: setup
	$(BIN)/python -m tests.soak -n $(N) -j $(JOBS) $(addprefix --backend=,$(BACKENDS)) $(EXERCISES)

crash: N ?= 100
crash: setup
	$(BIN)/python -m tests.crash -n $(N) --beside $(BESIDE) $(addprefix --backend=,$(BACKENDS)) $(EXERCISES)

classes: N ?= 300
classes: setup
	$(BIN)/python -m tests.classes -n $(N) -j $(JOBS) --kills $(KILLS) $(addprefix --backend=,$(BACKENDS))

floods: N ?= 5
floods: setup
	$(BIN)/python -m tests.floods -n $(N) $(addprefix --backend=,$(BACKENDS))

parity: setup
	$(BIN)/python -m tests.tshark_parity
	$(BIN)/python -m tests.tshark_speed

fuzz: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(KEEP) $(TARGETS)

# Nothing else should run meanwhile. What a peer needs is installed where apt can; else its row says what lacks.
bench: setup
	sh bench/setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python -m bench --runs $(RUNS) $(addprefix --only=,$(PARTS))

clean:
	if [ -x $(BIN)/kit ]; then $(BIN)/kit clean; fi
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist wirekit.egg-info
