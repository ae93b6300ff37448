# The commands of the README. Everything else is `python -m service_api --help` and `python -m knowledge --help`.
PYTHON ?= python3

.PHONY: help run test test-workers bench evaluate demo lock format clean

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run:  ## set up what is missing, start Ting, stay until Ctrl-C
	@$(PYTHON) requirements/install.py
	@exec .venv/bin/python -m service_api run

test:  ## every check: format, lint, types, import rules, tests, one journey with every real process
	@$(PYTHON) requirements/install.py --dev
	@exec .venv/bin/python tests/checks.py

test-workers:  ## the journeys once more with two workers of the assistant (needs redis-server)
	@$(PYTHON) requirements/install.py --dev
	@exec .venv/bin/python tests/checks.py workers

bench:  ## measure everything (ARGS="--full --million" at full size); a table, and JSON in var/bench/
	@$(PYTHON) requirements/install.py --dev
	@exec .venv/bin/python -m tests.bench $(ARGS)

evaluate:  ## how held-out messages are understood; a table, JSON in var/evaluation.json (BANKING77=folder: that set)
	@$(PYTHON) requirements/install.py --dev
	@mkdir -p var
	@exec .venv/bin/python -m tests.nlu_eval $(if $(BANKING77),--banking77 $(BANKING77) --json var/banking77.json,--json var/evaluation.json)

demo:  ## play the story against the Ting that runs
	@exec .venv/bin/python -m service_api demo

lock:  ## re-make the lock files from requirements/*.in
	@$(PYTHON) requirements/install.py --lock

format:  ## let ruff put the code in order
	@$(PYTHON) requirements/install.py --dev
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

clean:  ## forget the environments; the data in var/ stays
	rm -rf .venv .venv-rasa
