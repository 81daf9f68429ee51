"""ファイルの取込: kinds, reading, checks, differences between two editions, control totals."""
