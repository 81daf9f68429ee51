"""Reads of 発送物: what waits, what was printed, posted and came back."""
