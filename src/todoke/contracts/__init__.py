"""All that systems share: frozen request and answer types, one module per system that serves them."""
