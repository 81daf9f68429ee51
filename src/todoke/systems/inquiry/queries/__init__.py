"""Reads of 税情報一括照会 for siblings, jobs and screens; set-based."""

from todoke.systems.inquiry.queries.answers import (
    answer_rows,
    batches,
    fingerprint,
    kind_counts,
    newest_answer_files,
    sealed_answers,
    unsettled_batches,
    unsubmitted_files,
)
from todoke.systems.inquiry.queries.listing import Listed, Wanted, files_of, listed, providers
from todoke.systems.inquiry.queries.matrix import Matrix, Row, completeness, error_counts, matrix

__all__ = [
    "Listed",
    "Matrix",
    "Row",
    "Wanted",
    "answer_rows",
    "batches",
    "completeness",
    "error_counts",
    "files_of",
    "fingerprint",
    "kind_counts",
    "listed",
    "matrix",
    "newest_answer_files",
    "providers",
    "sealed_answers",
    "unsettled_batches",
    "unsubmitted_files",
]
