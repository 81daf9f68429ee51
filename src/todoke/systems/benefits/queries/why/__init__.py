"""Reads of 判定の理由: what one decision saw of one household."""
