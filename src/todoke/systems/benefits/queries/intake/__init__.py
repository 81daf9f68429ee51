"""Reads of 受付と転記: sheets, boxes and keyings."""
