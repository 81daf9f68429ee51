"""Imported for what it registers: who hears the answers to our messages, and who takes which kind of file."""

from todoke.systems.linkage.actions.corrections import take_releases
from todoke.systems.linkage.actions.files import (
    notify_numbers,
    return_results,
    take_inquiry_file,
    take_masters_file,
    take_number_file,
)
from todoke.systems.linkage.actions.queries import take_receipts
from todoke.systems.linkage.actions.replicas import take_registrations

__all__ = [
    "notify_numbers",
    "return_results",
    "take_inquiry_file",
    "take_masters_file",
    "take_number_file",
    "take_receipts",
    "take_registrations",
    "take_releases",
]
