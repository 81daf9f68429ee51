"""One verb a file: permission, state, rules, write, log."""
