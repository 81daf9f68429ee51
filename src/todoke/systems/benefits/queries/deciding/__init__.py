"""Reads of 支給判定: what is judged, and what came of it."""
