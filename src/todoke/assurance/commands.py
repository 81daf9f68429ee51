"""`todoke pia …`: the assessment as a document; thin over `gathering`, `form` and `rendering`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import click

from todoke.access import cli_actor, directory
from todoke.access.guard import open_verb, verb
from todoke.access.permissions import Permission
from todoke.assurance import comparing, editions, gathering, queries
from todoke.assurance.actions.draft_edition import draft_edition
from todoke.assurance.actions.publish_edition import publish_edition
from todoke.assurance.facts import Facts
from todoke.assurance.form.computed import judged
from todoke.assurance.form.edition import Edition, from_toml, to_toml
from todoke.assurance.leaving import leaving
from todoke.assurance.rendering import FORMATS, document
from todoke.kernel.errors import ErrorCode, TodokeError

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_by = click.option("--by", required=True, help="職員ID")
_programme = click.option("--programme", default="r3-nontaxable", show_default=True, help="事業コード")
_out = click.option("--out", required=True, type=_FOLDER, help="出力先のフォルダー")
_formats = click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(list(FORMATS)),
    help="形式（何度でも）。省くと全部",
)


@click.group("pia")
def group() -> None:
    """特定個人情報保護評価書（重点項目評価書）。"""


@group.command("render")
@_formats
@_programme
@click.option("--since", type=_FILE, help="前の版（edition.toml）。違いを別添2 変更箇所に書きます")
@_out
@_by
@verb(Permission.ASSURANCE_PRINT)
def render(*, formats: Sequence[str], programme: str, since: Path | None, out: Path, by: str) -> None:
    """今の事実から評価書を作り、版（edition.toml）とともに書き出します。

    「todoke pia check」で守られていないと分かった措置があるリスクは、「課題が残されている」になります。
    """
    edition, facts = gathering.edition_now(
        programme, queries.broken_now(directory.alias(), directory.realm()), by=cli_actor.actor(by)
    )
    if since is not None:
        edition = comparing.with_changes(edition, comparing.compare(_read(since), edition))
    _write(edition, formats, out)
    click.echo(_result(facts))


@group.command("reprint")
@click.argument("edition", type=_FILE)
@_formats
@_out
@open_verb("公表する文書のファイルを別の形式にするだけで、サイトのデータを読まない")
def reprint(edition: Path, formats: Sequence[str], out: Path) -> None:
    """保存してある版（edition.toml）を印刷し直します。"""
    _write(_read(edition), formats, out)


@group.command("compare")
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@open_verb("公表する文書のファイルを比べるだけで、サイトのデータを読まない")
def compare(old: Path, new: Path) -> None:
    """二つの版の違いを、別添2 変更箇所の表にします。"""
    before, after = _read(old), _read(new)
    changes = comparing.compare(before, after)
    for number, one in enumerate(changes, start=1):
        place = one.item.replace("\n", " ")
        click.echo(
            f"{number}  変更日 {after.text('表紙.公表日')}  提出時期 {one.submitted}（{one.why}）\n  項目: {place}"
        )
        click.echo(f"  変更前の記載: {one.before or '（なし）'}\n  変更後の記載: {one.after or '（なし）'}")
    click.echo(f"変更箇所は {len(changes)} か所です。")


@group.command("threshold")
@_programme
@_by
@verb(Permission.ASSURANCE_PRINT)
def threshold(programme: str, by: str) -> None:
    """しきい値判断をし、公表した版の区分を今の事実が外れていないか確かめます。外れていれば失敗で終わります。"""
    texts = gathering.texts_in(gathering.folder(programme) / "texts")
    facts = gathering.gather(programme, texts, by=cli_actor.actor(by))
    click.echo(_result(facts))
    published = editions.newest_published(directory.alias(), programme)
    if published is None:
        click.echo(
            "公表した版がありません。「todoke pia draft」で下書きし、別の人が「todoke pia publish」で公表してください。"
        )
        return
    if left := leaving(editions.read(published), facts):
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="評価書の区分を外れました。" + "。".join(left))
    click.echo("公表した版の区分のとおりです。")


@group.command("draft")
@_programme
@_by
@verb(Permission.ASSURANCE_DRAFT)
def draft(programme: str, by: str) -> None:
    """今の事実から版を作り、公表の下書きとして残します。前の版との違いは別添2 変更箇所に入ります。"""
    actor = cli_actor.actor(by)
    edition, facts = gathering.edition_now(
        programme, queries.broken_now(directory.alias(), directory.realm()), by=actor
    )
    made = draft_edition(by=actor, programme=programme, edition=edition)
    click.echo(_result(facts))
    click.echo(f"{made} を下書きしました（{made.pk} 番、SHA-256 {made.sha256}）。")
    click.echo(f"変更箇所は {editions.read(made).shape().changes} か所です。")


@group.command("publish")
@click.argument("number", type=int)
@_by
@verb(Permission.ASSURANCE_PUBLISH)
def publish(number: int, by: str) -> None:
    """下書きの版（番号）を、下書きした人とは別の人が公表します。"""
    publish_edition(by=cli_actor.actor(by), edition_id=number)
    click.echo(f"{number} 番の版を公表しました。")


@group.command("texts")
@_programme
@open_verb("ソフトウェアに入っている例を書き出すだけで、サイトのデータを読まない")
def texts(programme: str) -> None:
    """自団体の記載の例（横浜市 評価書54）を書き出します。すでにあるファイルは変えません。"""
    place = gathering.folder(programme) / "texts"
    place.mkdir(parents=True, exist_ok=True)
    for example in (resources.files("todoke.sample") / "assessment").iterdir():
        own = place / example.name
        if not own.exists():
            own.write_bytes(example.read_bytes())
    click.echo(f"{place} の記載を、自団体のものに直してください。")


def _read(file: Path) -> Edition:
    return from_toml(file.read_text("utf-8"), file=file.name)


def _write(edition: Edition, formats: Sequence[str], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    files = {"edition.toml": to_toml(edition).encode()}
    files |= {f"assessment.{name}": FORMATS[name](document(edition)) for name in formats or FORMATS}
    for name, content in files.items():
        (out / name).write_bytes(content)
        click.echo(f"{out / name} を書き出しました。")


def _result(facts: Facts) -> str:
    return (
        f"しきい値判断: {judged(facts).value}（対象人数 {facts.persons:,} 人、取扱者数 {facts.handlers:,} 人、"
        f"特定個人情報の重大事故 {'あり' if facts.grave() else 'なし'}）"
    )
