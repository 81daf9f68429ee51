"""One table a file; every model is named here so that Django finds it."""
