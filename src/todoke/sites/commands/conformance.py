"""`todoke conformance URL`: whether another vendor's server keeps the rules (docs/conformance.md)."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import click

from todoke.access.guard import open_verb
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.conformance import people, trial
from todoke.sites.conformance.kit import Kit
from todoke.sites.conformance.rules import Finding, Verdict
from todoke.sites.conformance.run import playing, run
from todoke.sites.conformance.trial import Role

_WORDS = {Verdict.PASS: "適合", Verdict.FAIL: "不適合", Verdict.NOT_APPLICABLE: "対象外"}


@click.command("conformance")
@click.argument("url")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="相手方の役割")
@click.option(
    "--trial",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="試験のフォルダー",
)
@click.option("--listen", default="https://127.0.0.1:18410", show_default=True, help="相手役の窓口を開く URL")
@click.option("--name", default="conformance", show_default=True, help="試験の環境 (instance) の名前")
@click.option("--renew-list", help="相手方が照会許可照会リストの写しを更新する命令（なければ人が更新する）")
@click.option("--patience", default=20.0, show_default=True, help="相手方が自分から送る電文を待つ秒数")
@click.option("--json", "as_json", is_flag=True, help="結果を JSON で出します")
@open_verb("試験のために作った鍵と架空の人だけを使う")
def conformance(
    *,
    url: str,
    role: str,
    folder: Path,
    listen: str,
    name: str,
    renew_list: str | None,
    patience: float,
    as_json: bool,
) -> None:
    """URL のサーバーに対して照会者・提供者・ネットワークの役を演じ、規則ごとに適合・不適合を示します。

    初めて実行すると試験の鍵を作り、相手方に渡すファイルを示して終わります。
    """
    played = Role(role)
    trial.prepare(folder, played, instance=name, listen=listen, host=urlsplit(listen).hostname or "")
    if played is Role.NETWORK:
        people.write_register(folder)
    prepared = trial.join(folder, played, url=url)
    kit = Kit(prepared, renew_list=_renewal(renew_list), operated=bool(renew_list), patience=patience)
    say = (lambda finding: None) if as_json else _say
    with playing(kit, urlsplit(listen).port or 443):
        found = run(prepared, kit, say)
    failed = sum(finding.verdict is Verdict.FAIL for finding in found)
    if as_json:
        click.echo(json.dumps([_line(finding) for finding in found], ensure_ascii=False, indent=1))
    else:
        counts = {word: sum(f.verdict is verdict for f in found) for verdict, word in _WORDS.items()}
        click.echo("  ".join(f"{word} {count}" for word, count in counts.items()))
    if failed:
        raise TodokeError(ErrorCode.CONFORMANCE_FAILED, count=failed)


def _renewal(command: str | None) -> Callable[[], None]:
    if command is None:
        return lambda: click.echo("照会許可照会リストの写しを更新してください …", err=True)

    def renew() -> None:
        # the tester's own command; a list that the server refuses makes it fail, which is as it should be
        subprocess.run(shlex.split(command), check=False, capture_output=True)  # noqa: S603

    return renew


def _say(finding: Finding) -> None:
    detail = f"  — {finding.detail}" if finding.detail else ""
    click.echo(f"{finding.rule.number}  {_WORDS[finding.verdict]}  {finding.rule.sentence}{detail}")


def _line(finding: Finding) -> dict[str, str]:
    rule = finding.rule
    return {
        "rule": rule.number,
        "verdict": finding.verdict.value,
        "sentence": rule.sentence,
        "source": rule.source,
        "how": rule.how,
        "detail": finding.detail,
    }
