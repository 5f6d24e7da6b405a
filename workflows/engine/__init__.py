"""SpiffWorkflow 3.2.0, running: load, run, complete, fire what is due, save."""
