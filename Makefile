PYTHON ?= python3

.PHONY: demo test test-long bench bench-peers
demo test test-long bench bench-peers:
	@$(PYTHON) dev.py $@
