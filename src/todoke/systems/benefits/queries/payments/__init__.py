"""Reads of 支払: batches, results and the end of the day."""
