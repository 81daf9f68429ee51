"""Reads of 事業の改定: proposals, trials and their works."""
