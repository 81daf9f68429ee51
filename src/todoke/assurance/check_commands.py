"""`todoke pia …`: whether the running site keeps what the assessment promises."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
from django.apps import apps

from todoke.access import cli_actor, parties
from todoke.access.guard import open_verb, verb
from todoke.access.permissions import Permission
from todoke.assurance.actions.run_checks import Looked, run_checks
from todoke.assurance.checks import CHECKS, State
from todoke.assurance.standings import Standing
from todoke.kernel.errors import ErrorCode, TodokeError

_MARKS = {State.HELD: "○", State.BROKEN: "×", State.NOT_SHOWN: "？"}
_REALM = click.option(
    "--realm",
    type=click.Choice(["city", "platform", "national"]),
    default="city",
    show_default=True,
    help="領域",
)


@click.group("pia")
@_REALM
def group(realm: str) -> None:
    """特定個人情報保護評価書（重点項目評価書）と、その措置が守られているかの確認。"""


if apps.is_installed("todoke.systems.benefits"):  # the document is printed from the city's facts
    from todoke.assurance import commands as printing

    for _name, _command in printing.group.commands.items():
        group.add_command(_command, _name)


@group.command("check")
@click.option("--json", "as_json", is_flag=True, help="JSON で出力します")
@click.option("--by", required=True, help="職員ID")
@verb(Permission.ASSURANCE_CHECK)
def check(as_json: bool, by: str) -> None:
    """すべての措置を確かめ、守られているか、いないか（理由）、まだ示されていないかを示します。

    守られていない措置があるとき、またはまだ示されていない措置があるとき、終了コードが 0 になりません。
    """
    looked = run_checks(by=cli_actor.actor(by))
    click.echo(_as_json(looked.standings) if as_json else _as_text(looked.standings))
    _say_so(looked)


@group.command("daily")
@open_verb("サイト自身の処理。systemd の timer から動き、措置の状態と件数だけを示す")
def daily() -> None:
    """毎日の仕事：すべての措置を確かめて結果を残します。画面と警報はこの結果を示します。

    守られていない措置の番号だけを示し、終了コードは「todoke pia check」と同じです。
    """
    looked = run_checks(by=parties.housekeeper())
    for one in looked.of(State.BROKEN):
        click.echo(f"{_MARKS[one.state]} {one.promise.id}  {one.why[0]}")
    click.echo(_counts(looked.standings))
    _say_so(looked)


def _say_so(looked: Looked) -> None:
    """By the exit code."""
    broken, open_ = len(looked.of(State.BROKEN)), len(looked.of(State.NOT_SHOWN))
    if broken:
        raise TodokeError(ErrorCode.PROMISE_BROKEN, broken=broken, open=open_)
    if open_:
        raise TodokeError(ErrorCode.PROMISE_NOT_SHOWN, open=open_)


def _as_text(found: Sequence[Standing]) -> str:
    lines = []
    for one in found:
        lines.append(f"{_MARKS[one.state]} {one.promise.id}  {one.promise.text}")
        lines += [f"    {sentence}" for sentence in one.why]
    return "\n".join([*lines, _counts(found)])


def _counts(found: Sequence[Standing]) -> str:
    return "、".join(f"{state.label} {sum(one.state is state for one in found):,} 件" for state in State)


def _as_json(found: Sequence[Standing]) -> str:
    rows = [
        {
            "promise": one.promise.id,
            "text": one.promise.text,
            "state": one.state.value,
            "why": list(one.why),
            "checks": [
                {
                    "name": verdict.check,
                    "state": verdict.state.value,
                    "looked_at": CHECKS[verdict.check].looks_at,
                    "at": verdict.at.isoformat(),
                }
                for verdict in one.verdicts
            ],
            "confirmed_by": one.confirmation.confirmed_by if one.confirmation else None,
            "valid_until": one.confirmation.valid_until.isoformat() if one.confirmation else None,
        }
        for one in found
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)
