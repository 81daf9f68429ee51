"""アクセス権限と事務の対応表 says what the code grants and who holds it, in every form."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from tests import hiring
from todoke.access import cli_actor, matrix, matrix_files
from todoke.access.duties import ROWS, TITLES
from todoke.access.permissions import Permission, Role, granted
from todoke.kernel.errors import TodokeError
from todoke.oplog.models import Operation

D = "directory_city"


@pytest.mark.parametrize("realm", ["city", "platform", "national"])
def test_a_cell_is_marked_exactly_where_the_role_carries_the_operation(realm: str) -> None:
    found = matrix.of_realm(realm)
    roles = {title: role for role, title in TITLES.items()}
    marked = {
        (operation, duty, role)
        for operation, cells in found.rows
        for (duty, role), may in zip(found.columns, cells, strict=True)
        if may
    }
    assert marked == {
        (permission.value, row.title, TITLES[role])
        for row in ROWS.values()
        if realm in row.realms
        for role in row.roles
        for permission in granted(role)
    }
    assert all(title in roles for _, title in found.columns)


def test_every_form_shows_holders_and_keeps_codes_as_text(databases: object, tmp_path: Path) -> None:
    hiring.hire(D, {"c001": [hiring.Right(role=Role.CLERK, ward="01101")], "c002": [Role.SECTION_MANAGER]})
    hiring.sit_down(D, "c002")
    found = matrix.read(by=cli_actor.actor("c002"))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(matrix_files.xlsx(found)))
    assert sheet.sheet_names == [matrix_files.TITLE, matrix_files.HOLDERS]
    rows = sheet.get_sheet_by_name(matrix_files.HOLDERS).to_python()
    assert [row[5] for row in rows if row[0] == "c001"] == ["01101"]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(matrix_files.pdf(found))).pages)
    assert "01101" in text.replace("\n", "")
    assert "○" in text
    assert "| c001 |" in matrix_files.markdown(found).decode()
    with pytest.raises(TodokeError, match="RECORD_INVALID"):
        matrix_files.write(found, tmp_path / "matrix.doc")
    assert Operation.objects.using(D).filter(verb=Permission.ACCESS_MATRIX_PRINT.value).count() == 1
