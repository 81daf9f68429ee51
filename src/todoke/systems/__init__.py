"""The six systems of the PIA. Siblings: they never import each other (DESIGN §5)."""
