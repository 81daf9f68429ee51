"""Record formats: layout engine, character sets, and layouts/ (declarative tables, one module per edition)."""
