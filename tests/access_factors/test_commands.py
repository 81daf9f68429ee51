"""`todoke staff …` for second factors: what the administrator types does what the screens do."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.access_factors.people import ADMINISTRATOR, TERMINAL
from todoke.access.acting import acting_as
from todoke.access.factors import checking
from todoke.access.models import Attempts, FaceTemplate, FactorChallenge, Passkey
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.sites.commands import factors as commands


def typed(command: click.Command, *words: str) -> str:
    with acting_as(ADMINISTRATOR):
        result = CliRunner().invoke(command, [*words, "--by", "adm"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_face_from_a_file(staff: str, astronaut: bytes, tmp_path: Path) -> None:
    picture = tmp_path / "cl1.jpg"
    picture.write_bytes(astronaut)
    assert "確認待ち" in typed(commands.link_face, "cl1", str(picture))
    assert FaceTemplate.objects.using(staff).get().stage == "linked"
    typed(commands.withdraw_face, "cl1")
    assert not FaceTemplate.objects.using(staff).exists()


def test_a_passkey(staff: str) -> None:
    typed(commands.invite, "cl1", "--terminal", TERMINAL)
    assert FactorChallenge.objects.using(staff).get().terminal == TERMINAL
    assert not Passkey.objects.using(staff).exists()
    with pytest.raises(TodokeError, match="NOT_FOUND"):
        typed(commands.withdraw_passkeys, "cl1")


def test_a_stopped_id(staff: str) -> None:
    stopped = Attempts.objects.using(staff).create(
        staff_id="cl1", kind=checking.KIND, failures=50, last_at=clock.now()
    )
    typed(commands.unlock, "cl1")
    stopped.refresh_from_db()
    assert stopped.failures == 0
