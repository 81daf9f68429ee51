"""Todoke (届け): a city pays a means-tested cash benefit to the right households, and proves it lawful."""
