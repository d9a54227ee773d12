# cleanclaim: everything that is run by hand or by CI. `make` alone lists the targets.
#
# .venv is made from constraints.txt by the first Python >= 3.11 that is found, or by the one that is named:
#     make test PYTHON=/path/to/python3.12
# pip uses its own settings (pip.conf, PIP_...); nothing here chooses an index.

PYTHON ?=
CANDIDATES = $(if $(PYTHON),$(PYTHON),python3.13 python3.12 python3.11 python3 python)
BIN = .venv/bin
STAMP = .venv/.complete

# Two workers pay off from two processors on; a group marked with xdist_group shares its fixtures in one worker.
WORKERS = -n 2 --dist loadgroup

.DEFAULT_GOAL := help
.PHONY: help claim test proof update clean

help:
	@echo "make claim    build every sample encounter into out/ and compare with the table in samples/"
	@echo "make test     every check and test (format, lint, types, imports, generated files, pytest)"
	@echo "make proof    the long tests"
	@echo "make update   rewrite golden and generated files"
	@echo "make clean    remove .venv, out/ and caches"

# One step of a target: its name is printed before, and again if it fails.
# $(1) name, $(2) command
define step
@printf '\n== %s\n' '$(1)'
@$(2) || { code=$$?; printf '\nmake $@ stopped: %s failed (exit code %s)\n' '$(1)' "$$code" >&2; exit 1; }
endef

claim: $(STAMP)
	$(call step,sample claims,$(BIN)/python samples/run.py)

test: $(STAMP)
	$(call step,format (ruff format --check),$(BIN)/ruff format --check .)
	$(call step,lint (ruff check),$(BIN)/ruff check .)
	$(call step,types (mypy),$(BIN)/mypy)
	$(call step,imports (lint-imports),$(BIN)/lint-imports --no-logo)
	$(call step,generated files (edi.generate --check),$(BIN)/python -m edi.generate --check)
	$(call step,tests (pytest),$(BIN)/python -m pytest $(WORKERS))

proof: $(STAMP)
	$(call step,long tests (pytest -m proof),$(BIN)/python -m pytest -m proof --hypothesis-profile=proof)

update: $(STAMP)
	$(call step,generated files (edi.generate),$(BIN)/python -m edi.generate)
	$(call step,golden files (pytest --update),$(BIN)/python -m pytest --update)

# The stamp is written last: an interrupted installation leaves none, and the next run starts from nothing.
$(STAMP): pyproject.toml constraints.txt
	@found=; \
	for candidate in $(CANDIDATES); do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			found=$$candidate; break; \
		fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "cleanclaim needs Python 3.11 or later; none was found among: $(CANDIDATES)" >&2; \
		echo "Install one, or name it: make $(or $(MAKECMDGOALS),test) PYTHON=/path/to/python3.11" >&2; \
		exit 1; \
	fi; \
	echo "== .venv ($$("$$found" -c 'import platform; print("Python", platform.python_version())'), constraints.txt)"; \
	rm -rf .venv; \
	"$$found" -m venv .venv || { \
		rm -rf .venv; \
		echo "this Python cannot make an environment (on Debian and Ubuntu: install python3-venv)" >&2; \
		exit 1; \
	}
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt hatchling
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt --no-build-isolation -e ".[test]"
	@touch $(STAMP)

clean:
	rm -rf .venv out build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
