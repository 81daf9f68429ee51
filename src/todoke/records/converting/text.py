"""Plain text from one character set into another, in blocks: memory does not grow with the file.

The new file is written beside its place under another name while it is read; only when the whole is known, and the
report has been given, it takes its name. So nothing lossy appears before its loss was reported, and a 10 GB file
is decoded once, not twice. Under the error policy a loss, and damage always, leaves no file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records.codes.names import Coding, reader, writer
from todoke.records.converting.fitting import Fitting
from todoke.records.converting.policy import Policy, Unmappable
from todoke.records.converting.report import Report
from todoke.records.converting.staging import staged

BLOCK = 1 << 18
"""What a block becomes on its way is kept by the allocator at this size; from twice it on, new pages are asked for."""

Progress = Callable[[int], None]
"""Told how many bytes were read so far."""


@dataclass(frozen=True)
class Conversion:
    """From which set, into which, by which policy."""

    source: Coding
    target: Coding
    policy: Policy = field(default_factory=Policy)


def convert(
    conversion: Conversion,
    source: Path,
    target: Path | None,
    *,
    told: Callable[[Report], None] = lambda _: None,
    progress: Progress = lambda _: None,
) -> Report:
    """Convert a file; `told` hears the report before `target` appears. Without a target nothing is written.

    Raises INPUT_MISSING; InputRefused with line, byte and hex for damage; TEXT_LOST for losses under the error
    policy, after `told`.
    """
    if not source.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=source.name)
    report = Report()
    if target is None:
        with source.open("rb") as given:
            _pour(conversion, given, None, report, progress)
        told(report)
        refuse(source.name, report, conversion.policy, writing=False)
        return report
    with staged(target) as waiting:
        with source.open("rb") as given, waiting.open("wb") as made:
            _pour(conversion, given, made, report, progress)
        told(report)
        refuse(source.name, report, conversion.policy)
    return report


def convert_bytes(conversion: Conversion, data: bytes, *, name: str = "データ") -> tuple[bytes, Report]:
    """The same in memory, for short texts. Raises as `convert` does."""
    report = Report()
    taken, given = reader(conversion.source), writer(conversion.target)
    fitting = Fitting(conversion.target, given, conversion.policy, report)
    result = given.feed(fitting.fit(taken.feed(data, final=True), final=True), final=True)
    refuse(name, report, conversion.policy)
    return result, report


def refuse(file: str, report: Report, policy: Policy, *, writing: bool = True) -> None:
    """Raise what stands against writing: damage, or a loss that the policy does not allow."""
    if report.fault_count:
        rows = [
            BadRow(
                file=file,
                row=line,
                column="（行全体）",
                shown=f"先頭から{fault.offset + 1}バイト目 {fault.hex}",
                rule=fault.trouble.value,
            )
            for line, fault in report.faults
        ]
        raise InputRefused(file, rows)
    if writing and report.lost and policy.unmappable is Unmappable.ERROR:
        raise TodokeError(ErrorCode.TEXT_LOST, file=file, count=report.lost)


def _pour(
    conversion: Conversion, given: IO[bytes], made: IO[bytes] | None, report: Report, progress: Progress
) -> None:
    taken, put = reader(conversion.source), writer(conversion.target)
    fitting = Fitting(conversion.target, put, conversion.policy, report)
    strict = conversion.policy.unmappable is Unmappable.ERROR
    block = given.read(BLOCK)
    while True:
        following = given.read(BLOCK) if block else b""
        final = not following
        report.bytes_in += len(block)
        data = put.feed(fitting.fit(taken.feed(block, final=final), final=final), final=final)
        report.bytes_out += len(data)
        # what will be refused need not be written
        if made is not None and not report.fault_count and not (strict and report.lost):
            made.write(data)
        progress(report.bytes_in)
        if final:
            return
        block = following
