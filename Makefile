# Everything a user or engineer needs; `make app` and `make test` do all the set-up themselves.
PORT ?= 8501
PYTHON ?= python3
PY := .venv/bin/python
MODEL ?= clinic
ARCHITECTURE ?= tf_efficientnet_lite2
TRAINING_SET ?= clinic
REASON ?= figures for the release
SET ?=

.PHONY: app setup setup-dev test train export evaluate bench bench-scale screenshots readme format

app: setup
	@$(PY) -m dashboard serve --port $(PORT)

setup:
	@TORCH_INDEX="$(TORCH_INDEX)" $(PYTHON) install.py app

setup-dev:
	@TORCH_INDEX="$(TORCH_INDEX)" $(PYTHON) install.py test

test: setup-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy core db dashboard pages tests docs install.py
	$(PY) -m pytest -n 2 --dist loadfile

train: setup
	@$(PYTHON) install.py train
	$(PY) -m core.training --data "$${LESIONWISE_DATA:?set LESIONWISE_DATA to the folder of labelled images}" \
		--out weights/$(MODEL) --architecture $(ARCHITECTURE) --training-set $(TRAINING_SET)

export: setup
	@$(PYTHON) install.py train
	$(PY) -m core.training.export weights/$(MODEL)

evaluate: setup
	$(PY) -m core.evaluation --weights weights/$(MODEL) --write-beside-weights --update-card --robustness \
		--reason "$(REASON)" $(if $(SET),--set $(SET)) \
		--data "$${LESIONWISE_DATA:?set LESIONWISE_DATA to the folder of labelled images}"

bench: setup-dev
	PYTHONPATH=. $(PY) tests/benchmarks

bench-scale: setup-dev
	PYTHONPATH=. $(PY) tests/benchmarks --scale

screenshots: setup-dev
	PYTHONPATH=. $(PY) tests/screenshots

readme: setup-dev
	PYTHONPATH=. $(PY) docs/fill_readme.py

format: setup-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
