"""Reads of 世帯と住民: search, registers, and what is held on one person."""
