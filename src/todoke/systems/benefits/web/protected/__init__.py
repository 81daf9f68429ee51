"""Pages of letters to protected persons."""
