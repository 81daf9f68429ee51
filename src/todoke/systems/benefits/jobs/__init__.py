"""Batch steps of the benefits system: thin over actions."""

from todoke.systems.benefits.jobs.importing import load
from todoke.systems.benefits.jobs.judging import ask, decide, import_answers, take_registers
from todoke.systems.benefits.jobs.overview import overview
from todoke.systems.benefits.jobs.paying import (
    approve,
    close_notices,
    examine,
    number_cases,
    prepare_payment,
    print_kind,
    print_letters,
    receive,
    release_payment,
    write_bank_files,
)

__all__ = [
    "approve",
    "ask",
    "close_notices",
    "decide",
    "examine",
    "import_answers",
    "load",
    "number_cases",
    "overview",
    "prepare_payment",
    "print_kind",
    "print_letters",
    "receive",
    "release_payment",
    "take_registers",
    "write_bank_files",
]
