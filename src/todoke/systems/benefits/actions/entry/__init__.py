"""転記: what stands on a sheet, keyed by two people, and its picture."""
