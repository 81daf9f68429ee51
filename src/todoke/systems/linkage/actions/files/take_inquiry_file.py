"""照会依頼のファイル (items 1–23 of 別添1) of a system that asks by file; refused queries go back at once."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.linkage import Query, QueryReceipt
from todoke.kernel.errors import BadRow, InputRefused
from todoke.records.converting.file_layouts import KIND
from todoke.records.layouts import inquiry_request_v2021 as requests
from todoke.systems.linkage import codecs
from todoke.systems.linkage.actions.files.make_files import make_files
from todoke.systems.linkage.actions.files.return_results import RESULTS
from todoke.systems.linkage.actions.queries.submit_queries import submit_queries
from todoke.systems.linkage.models import FileQueue
from todoke.systems.linkage.rules import file_kinds
from todoke.systems.linkage.rules.file_kinds import Direction, Taken

ALIAS = "linkage"
REQUESTS = "inquiry-requests"
_COLUMNS = ("record_id", "integrated_number", "provider", "duty", "procedure", "nondisclosure")


@file_kinds.takes(REQUESTS, title="照会依頼", layouts=(requests.NAME,))
def take_inquiry_file(*, file: Path, by: Actor) -> Taken:
    """Submit the requests as one batch named as the file. The common record counts as one that is accepted."""
    require(by, Permission.LINKAGE_OPERATE)
    rows = csv.read_csv(
        file, convert_options=csv.ConvertOptions(column_types=_text_types(file), strings_can_be_null=False)
    )
    common, asked = (rows.filter(pc.field(KIND) == name) for name in ("common", "request"))
    _check(file.name, common, asked)
    queries = [
        Query(information_code=str(code), **row)
        for row, code in zip(
            asked.select(list(_COLUMNS)).to_pylist(), asked["information_code_1"].to_pylist(), strict=True
        )
    ]
    receipts = submit_queries(batch_id=file.stem, queries=queries, by=by)
    refused = [(query, receipt) for query, receipt in zip(queries, receipts, strict=True) if receipt.refusal]
    _return(file.stem.partition(f"-{REQUESTS}")[0], refused, by)
    accepted = 1 + len(queries) - len(refused)
    return Taken(accepted=accepted, refused=len(refused), totals={"受け付けない照会": len(refused)})


def _text_types(file: Path) -> dict[str, pa.DataType]:
    with file.open(encoding="utf-8") as lines:
        return {name: pa.string() for name in lines.readline().strip().split(",")}


def _check(file: str, common: pa.Table, asked: pa.Table) -> None:
    counts = common["request_count"].to_pylist()
    if counts != [str(asked.num_rows)]:
        rule = f"共通レコードは1件で、要求件数は実際の {asked.num_rows} 件でなければなりません"
        raise InputRefused(file, [BadRow(file=file, row=2, column="request_count", shown="", rule=rule)])
    several = [
        row
        for row, (first, second) in enumerate(
            zip(asked["information_code_1"].to_pylist(), asked["information_code_2"].to_pylist(), strict=True)
        )
        if not first or second
    ]
    if several:
        rule = "特定個人情報名コードは、一件の照会に一つでなければなりません"
        raise InputRefused(
            file,
            [
                BadRow(file=file, row=row + 3, column="information_code_1", shown="", rule=rule)
                for row in several
            ],
        )


def _return(system: str, refused: list[tuple[Query, QueryReceipt]], by: Actor) -> None:
    queues = FileQueue.objects.using(ALIAS).filter(system=system, direction=Direction.OUT.value, kind=RESULTS)
    queue = queues.first()
    if queue is not None and refused:
        rows = [
            (query.record_id, query.integrated_number, "refused", receipt.refusal or "", None, None)
            for query, receipt in refused
        ]
        make_files(queue=queue, rows=codecs.results_table(rows), by=by)
