# Two commands for a newcomer: `make demo` and `make test`. Everything they need goes into .venv and var/.

# the first Python of this list that is new enough; another one: make PYTHON=/path/to/python
PYTHON ?= $(firstword $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p; done) python3)
BIN := .venv/bin
TODOKE := $(BIN)/python -m todoke.cli
READY := .venv/.installed
SPARK := .venv/.spark

.PHONY: help demo test test-all check format serve lock made docs pictures clean

help:
	@echo 'make demo      an invented city pays its benefit   (RESIDENTS=20000 SEED=20211210 OUT=var/demo-run)'
	@echo 'make test      the tests                           (PYTEST="-k zengin -x", PYTEST="-n 0" for one process)'
	@echo 'make test-all  the slow ones, too'
	@echo 'make check     format, lint, types, import contracts'
	@echo 'make serve     the three sites on loopback'
	@echo 'make docs      the manual and the other pages as a site in output/site, without network'
	@echo 'make pictures  the pictures of the manual, taken anew by the browser tests'
	@echo 'make lock      new hashed locks                    (LOCK_FLAGS=--upgrade)'
	@echo 'make clean     removes var/, output/ and caches; .venv stays'

$(READY): requirements/dev.txt requirements/uv.txt pyproject.toml tools/install.py
	$(PYTHON) tools/install.py
	@touch $@

# a Spark cluster for the slow tests: half a gigabyte that nothing else needs
$(SPARK): requirements/spark.txt $(READY)
	$(PYTHON) tools/install.py requirements/spark.txt
	@touch $(READY) $@

demo: $(READY)
	$(TODOKE) demo $(if $(RESIDENTS),--residents $(RESIDENTS)) $(if $(SEED),--seed $(SEED)) $(if $(OUT),--out $(OUT))

# two workers, each with a PostgreSQL of its own; one process: PYTEST="-n 0"
test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST)

test-all: $(SPARK)
	$(BIN)/python -m pytest -m '' $(PYTEST)

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(READY)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

serve: $(READY)
	$(TODOKE) serve

# no index and no download address gets into a lock, so any mirror will do
COMPILE = UV_SYSTEM_CERTS=1 uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet $(LOCK_FLAGS)
lock: $(READY)
	PATH="$(CURDIR)/.venv/installer/bin:$$PATH"; set -e; \
	$(COMPILE) pyproject.toml -o requirements/runtime.txt; \
	$(COMPILE) pyproject.toml --group dev --group build -o requirements/dev.txt; \
	$(COMPILE) pyproject.toml --extra spark -c requirements/dev.txt -o requirements/spark.txt; \
	$(COMPILE) --group installer -o requirements/uv.txt

made: $(READY)
	$(BIN)/python -m todoke.sites.documents.made

docs: $(READY)
	$(BIN)/python tools/site.py

pictures: $(READY)
	$(BIN)/python tools/pictures.py

clean:
	rm -rf var output .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
