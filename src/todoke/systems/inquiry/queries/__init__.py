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
from todoke.systems.inquiry.queries.findings import FindingCount, finding_counts
from todoke.systems.inquiry.queries.listing import Listed, Wanted, files_of, listed, providers
from todoke.systems.inquiry.queries.matrix import Matrix, Row, completeness, error_counts, matrix
from todoke.systems.inquiry.queries.questions import originals_of, person_of, questions_of, request_file

__all__ = [
    "FindingCount",
    "Listed",
    "Matrix",
    "Row",
    "Wanted",
    "answer_rows",
    "batches",
    "completeness",
    "error_counts",
    "files_of",
    "finding_counts",
    "fingerprint",
    "kind_counts",
    "listed",
    "matrix",
    "newest_answer_files",
    "originals_of",
    "person_of",
    "providers",
    "questions_of",
    "request_file",
    "sealed_answers",
    "unsettled_batches",
    "unsubmitted_files",
]
