PYTHON ?= python3

.PHONY: demo test test-long wheel bench bench-peers
demo test test-long wheel bench bench-peers:
	@$(PYTHON) dev.py $@
