"""What is done to the directory: one verb a file; permission, state, write, log."""
