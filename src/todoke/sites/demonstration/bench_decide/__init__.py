"""`todoke bench decide`: the judging beside the best scripts by hand, OpenFisca, PostgreSQL and an ORM loop, in one run.

Every side is a process of its own from start to end, reads the same Parquet files and gives the same rows (digests are
compared); the machine may be shared, so that ratios are of CPU seconds, runs in turn, medians.
"""
