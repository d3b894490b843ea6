# Two commands for a fresh machine with Python 3.11: `make demo`, `make test`.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= demo

.PHONY: demo test check sound lint types docs wheel lock clean

demo: $(VENV)/.run
	$(BIN)/pil demo $(DEMO)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "not wheel"

check: $(VENV)/.dev
	$(MAKE) -j2 sound
	$(MAKE) test

# What needs one core each, two at a time.
sound: wheel types lint docs

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/deptry .

types: $(VENV)/.dev
	$(BIN)/mypy

docs: $(VENV)/.dev
	$(BIN)/cog --check docs/reference/*.md

wheel: $(VENV)/.dev
	$(BIN)/python -m pytest -m wheel -p no:xdist tests/test_wheel.py

# What the product needs to run, and nothing else.
$(VENV)/.run: requirements/run.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --require-hashes -r requirements/build.txt -r requirements/run.txt
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	touch $@

# Everything: product, tests, linters.
$(VENV)/.dev: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/.run

# Pinned with hashes, without any download address.
lock:
	printf "hatchling\neditables\n" | $(BIN)/uv pip compile --universal --generate-hashes \
	  --no-emit-index-url --python-version 3.11 -q - \
	  --custom-compile-command "make lock" -o requirements/build.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url \
	  --python-version 3.11 -q --extra fonts pyproject.toml \
	  --custom-compile-command "make lock" -o requirements/run.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url \
	  --python-version 3.11 -q --extra fonts --extra database --extra cluster --extra persons --group dev pyproject.toml \
	  -c requirements/run.txt --custom-compile-command "make lock" -o requirements/dev.txt

clean:
	rm -rf $(VENV) build dist demo
