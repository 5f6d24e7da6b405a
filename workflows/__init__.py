"""What happens: SpiffWorkflow moves the cases, in the order of the drawings."""
