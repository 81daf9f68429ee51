"""Screens of 支払: batches, their release by a third person, the bank file."""
