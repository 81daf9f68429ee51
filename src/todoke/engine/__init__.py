"""Snapshots and set-based rules: sealed Parquet in, one SQL expression, rows out."""
