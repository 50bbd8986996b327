# make run   set up, then run the scenarios         make test   set up, then run every test
# make lint  style, types, import contracts         make bench  measure, write bench.json
# make coverage  the tests, and what they leave out
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: setup run test coverage lint bench lock clean
setup: $(VENV)/.test

# Two stamps, so that `make run` on a bare clone installs only what a run needs.
$(VENV)/.run: requirements/run.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	@$(PIP) --require-hashes -r requirements/test.txt
	@touch $@

run: $(VENV)/.run
	@$(BIN)/okta-harness run scenarios

test: setup
	@$(BIN)/python -m pytest -n auto $(COVERAGE)

coverage:
	@$(MAKE) test COVERAGE="--cov --cov-report=term:skip-covered"

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: setup
	@$(BIN)/python -m tests.bench

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-strip-extras requirements/run.in -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-strip-extras requirements/test.in -o requirements/test.txt

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build *.egg-info
