"""表の形: every column known and classified, numbers and codes where they may be, every guard and constraint in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from django.apps import apps
from django.db import models, router

from todoke.assurance.checks import made
from todoke.assurance.checks.check import CITY, EVERYWHERE, check, only
from todoke.assurance.checks.site import Site
from todoke.privacy.classes import ClassError, FieldClass, classes_of

_ROOMS: Final = {
    "residents": "住民記録システム",
    "benefits": "給付管理システム",
    "inquiry": "税情報一括照会",
    "linkage": "統合番号連携システム",
    "intermediary": "自治体中間サーバー",
    "network": "情報提供ネットワークシステム",
    "access": "職員・権限・端末",
    "oplog": "操作の記録",
    "custody": "消去と出力",
    "exchange": "電文",
    "batch": "処理の記録",
    "assurance": "確認・点検・事故",
}
_REALM: Final = {"intermediary": "platform", "network": "national", **dict.fromkeys(("residents", "benefits", "inquiry", "linkage"), CITY)}  # fmt: skip
_NUMBERS: Final = frozenset({"linkage", "network"})


@check("すべての項目に分類がある", looks_at="モデルの項目と分類の宣言", link="")
def fields_classified(_: Site) -> Iterator[str]:
    for model in apps.get_models(include_auto_created=True):
        try:
            classes_of.__wrapped__(model)
        except ClassError as error:
            yield f"{model._meta.label} の項目が分類されていません（{error}）。"


@check("統合番号連携は基本的な情報だけを持つ", looks_at="統合番号連携の表の列", realms=only(CITY))
def linkage_holds_basics_only(site: Site) -> Iterator[str]:
    yield from _strangers(site, site.of("linkage"))


@check("表に、知られていない列がない", looks_at="表の列とモデルの項目")
def columns_known(site: Site) -> Iterator[str]:
    yield from _strangers(site, [alias for alias in site.aliases if alias != "linkage"])


@check("個人番号は統合番号連携だけが持つ", looks_at="分類が個人番号の項目")
def numbers_in_one_place(_: Site) -> Iterator[str]:
    for model in apps.get_models():
        if FieldClass.NUMBER in _classes(model).values() and model._meta.app_label not in _NUMBERS:
            yield f"{model._meta.label} が個人番号を持っています。"


@check("符号は市のシステムに現れない", looks_at="市のデータベースの列", realms=only(CITY))
def link_codes_apart(site: Site) -> Iterator[str]:
    for base in site.databases():
        for table, columns in base.columns.items():
            yield from (
                f"{base.alias} の {table}.{name} は符号の列です。" for name in columns if "link_code" in name
            )


def _classes(model: type[models.Model]) -> dict[str, FieldClass]:
    declared = getattr(model, "privacy", None)
    return declared.classes() if declared else {}


def _strangers(site: Site, aliases: Iterable[str]) -> Iterator[str]:
    for alias in aliases:
        known = _columns(alias)
        for table, columns in site.catalogue(alias).columns.items():
            if table.startswith(("oplog_", "django_")):
                continue  # written and read by SQL of their own, and hashed or made by Django
            if table not in known:
                yield f"{alias} に、知られていない表 {table} があります。"
            elif strange := sorted(columns - known[table]):
                yield f"{alias} の {table} に、知られていない列 {', '.join(strange)} があります。"


@cache
def _models(alias: str) -> tuple[type[models.Model], ...]:
    return tuple(
        one for one in apps.get_models(include_auto_created=True) if router.allow_migrate_model(alias, one)
    )


@cache
def _columns(alias: str) -> Mapping[str, frozenset[str]]:
    return {
        one._meta.db_table: frozenset(str(field.column) for field in one._meta.concrete_fields)
        for one in _models(alias)
    }


@cache
def _made_guards(alias: str, room: str) -> tuple[tuple[str, str], ...]:
    return tuple(one for one in sorted(made.triggers(alias)) if one[0].partition("_")[0] == room)


@cache
def _made_constraints(alias: str, room: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (one._meta.db_table, str(constraint.name))
        for one in _models(alias)
        if one._meta.app_label == room
        for constraint in one._meta.constraints
    )


def _guards(site: Site, room: str) -> Iterator[str]:
    for alias in site.aliases:
        for table, name in _made_guards(alias, room):
            standing = site.catalogue(alias).triggers.get((table, name))
            if not standing:
                state = "ありません" if standing is None else "止められています"
                yield f"{alias} の {table} の番人 {name} が{state}。"


def _constraints(site: Site, room: str) -> Iterator[str]:
    for alias in site.aliases:
        for table, name in _made_constraints(alias, room):
            standing = site.catalogue(alias).constraints.get(name)
            if not standing:
                state = "ありません" if standing is None else "確かめられていません"
                yield f"{alias} の {table} の制約 {name} が{state}。"


def _realms(room: str) -> frozenset[str]:
    return only(_REALM[room]) if room in _REALM else EVERYWHERE


def _declare_guards(room: str) -> None:
    check(
        f"{_ROOMS[room]}の表の番人が立っている",
        looks_at="移行が作った引き金と pg_trigger",
        name=f"guards_of_{room}",
        realms=_realms(room),
    )(lambda site: _guards(site, room))


def _declare_constraints(room: str) -> None:
    check(
        f"{_ROOMS[room]}の表の制約がある",
        looks_at="モデルの制約と pg_constraint",
        name=f"constraints_of_{room}",
        realms=_realms(room),
    )(lambda site: _constraints(site, room))


for _room in _ROOMS:
    if _room not in ("exchange", "batch"):  # they have no triggers
        _declare_guards(_room)
    if _room != "oplog":  # its constraints stand in its own SQL, and its rows are hashed
        _declare_constraints(_room)
