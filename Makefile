# Everything a day needs; each target makes the environment it needs first.
.PHONY: setup run test e2e lint fmt check bench docs dist soak pins screenshots clean

setup: ; @tools/setup postgresql

run: setup
	@.venv/bin/tramita run --demo $(ARGS)

test:
	@tools/setup test
	@tools/test $(ARGS)

e2e:
	@tools/setup test
	@.venv/bin/pytest tests/e2e $(ARGS)

lint:
	@tools/setup all
	@tools/lint

fmt:
	@tools/setup all
	@.venv/bin/ruff check --fix --quiet src tests tools && .venv/bin/ruff format src tests tools

check:
	@tools/setup all
	@tools/check

bench: setup
	@.venv/bin/tramita bench $(ARGS)

docs:
	@tools/setup all
	@.venv/bin/python -m tools.rules
	@.venv/bin/sphinx-build -q -W --keep-going docs build/docs && echo "build/docs/index.html"

dist:
	@tools/setup all
	@rm -rf dist && .venv/bin/python -m build --no-isolation --outdir dist .

soak:
	@tools/setup test
	@tools/soak $(ARGS)

pins:
	@tools/setup all
	@tools/pins

screenshots:
	@tools/setup all
	@.venv/bin/python tools/screenshots.py

clean: ; @rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
