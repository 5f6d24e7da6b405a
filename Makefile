PYTHON ?= python3

.PHONY: demo test test-long bench
demo test test-long bench:
	@$(PYTHON) dev.py $@
