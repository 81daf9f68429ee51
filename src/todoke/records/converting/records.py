"""Files of records from one format and character set into another, batch by batch, by a layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pyarrow as pa

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records import charsets
from todoke.records.codes.coded_set import CodedSet
from todoke.records.codes.names import Coding
from todoke.records.codes.unicode_forms import UTF_8
from todoke.records.converting import sources
from todoke.records.converting.file_layouts import FileLayout
from todoke.records.converting.intake import Intake, Refusals
from todoke.records.converting.report import EVERY, Report
from todoke.records.converting.sinks import DelimitedSink, FixedSink, Outlet, Sink, XlsxSink, XmlSink
from todoke.records.converting.staging import staged
from todoke.records.converting.text import Conversion, Progress, refuse
from todoke.records.fields import Kind


class Format(Enum):
    """The form of a file of records."""

    FIXED = "fixed"
    CSV = "csv"
    TSV = "tsv"
    XML = "xml"
    XLSX = "xlsx"


_DELIMITERS = {Format.CSV: ",", Format.TSV: "\t"}


def format_of(path: Path, named: str | None) -> Format:
    """The form that was named, else the one of the file's extension, else fixed length."""
    wanted = named or path.suffix.lower().removeprefix(".")
    return next((form for form in Format if form.value == wanted), Format.FIXED)


@dataclass(frozen=True)
class RecordFile:
    """One end of a conversion."""

    path: Path
    form: Format


def convert(
    conversion: Conversion,
    layout: FileLayout,
    source: RecordFile,
    target: RecordFile,
    *,
    dry_run: bool = False,
    every: bool = False,
    told: Callable[[Report], None] = lambda _: None,
    progress: Progress = lambda _: None,
) -> Report:
    """Convert a file of records; `told` hears the report before the target appears, with `every` place in it or the first.

    Raises INPUT_MISSING; InputRefused with record, field, byte and hex of every bad value; TEXT_LOST.
    """
    if not source.path.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=source.path.name)
    report, refusals = Report(), Refusals(source.path.name)
    if every:
        report.listed = report.places = refusals.listed = EVERY
    with staged(target.path, keep=not dry_run) as waiting:
        with ExitStack() as stack:
            sink = _sink(stack, RecordFile(waiting, target.form), layout, conversion, (report, refusals))
            done = 0
            for table in _tables(source, Intake(layout, conversion.source, refusals, report)):
                if not refusals.count and not report.fault_count:
                    sink.put(table)
                done += len(table)
                progress(done)
            if not refusals.count and not report.fault_count:
                sink.close()
        told(report)
        refusals.refuse()
        refuse(source.path.name, report, conversion.policy, writing=not dry_run)
    return report


def _tables(source: RecordFile, intake: Intake) -> Iterator[pa.Table]:
    match source.form:
        case Format.FIXED:
            return sources.fixed_length(source.path, _in(intake.layout, intake.coding), intake.refusals)
        case Format.XML:
            return sources.xml(source.path, intake)
        case Format.XLSX:
            return sources.xlsx(source.path, intake.layout, intake.refusals)
        case _:
            return sources.delimited(source.path, intake, _DELIMITERS[source.form])


def _sink(
    stack: ExitStack,
    target: RecordFile,
    layout: FileLayout,
    conversion: Conversion,
    notes: tuple[Report, Refusals],
) -> Sink:
    coding = conversion.target
    if target.form is Format.XLSX:
        return XlsxSink(target.path, layout)
    if target.form is Format.FIXED:
        layout = _in(layout, coding)
    made = stack.enter_context(target.path.open("wb"))
    outlet = Outlet(made, layout, coding, conversion.policy, *notes)
    match target.form:
        case Format.FIXED:
            return FixedSink(outlet)
        case Format.XML:
            return XmlSink(outlet)
        case _:
            return DelimitedSink(outlet, _DELIMITERS[target.form])


def _in(layout: FileLayout, coding: Coding) -> FileLayout:
    """The layout's fixed-length records in a character set. USAGE_INVALID where there is no such thing."""
    kinds = {placed.field.kind for record in layout.kinds.values() for placed in record.placed}
    if not layout.kinds:
        detail = f"様式 {layout.name} には固定長の形がありません"
    elif coding is UTF_8 and not kinds & {Kind.WIDE, Kind.MIXED, Kind.SHIFT_OPEN}:
        return layout.in_charset(charsets.UTF_8)
    elif not isinstance(coding, CodedSet):
        detail = f"この様式の項目は {coding.title} にできません"
    elif Kind.SHIFT_OPEN in kinds and coding.shifts is None:
        detail = f"この様式にはシフトコードがありますが、{coding.title} にはありません"
    else:
        return layout.in_charset(charsets.of(coding))
    raise TodokeError(ErrorCode.USAGE_INVALID, detail=detail, command="todoke convert")
