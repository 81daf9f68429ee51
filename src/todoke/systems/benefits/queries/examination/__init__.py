"""Reads of 審査と承認, and of the accounts that they look at."""
