"""Declarative layout tables only: one module per official layout and edition, frozen once released."""
