"""Record formats: layout engine, character sets, layouts/ (declarative tables, one module per edition)."""
