"""SpiffWorkflow reading: a bundle of drawings becomes specs, is checked, published, rebound."""
