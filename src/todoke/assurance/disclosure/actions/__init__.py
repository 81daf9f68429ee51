"""What is done with a request, one verb a file: permission, state, rules, write, log."""
