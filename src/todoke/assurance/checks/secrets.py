"""鍵と設定: files that only their owner reads, keys apart from what they open, certificates in time, strict pages."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

from todoke.assurance.checks.check import PLATFORM, NotShown, check, only
from todoke.assurance.checks.site import Site
from todoke.exchange import key_states
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_STRICT: Final = (
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "todoke.pages.security.StrictHeaders",
)
_SIGNED_IN: Final = "todoke.access.middleware.SignedIn"


def _root() -> Path:
    keys: Path = settings.TODOKE_KEYS_FOLDER
    return keys.parent.parent


def _open_to_others(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
        private = file.suffix in (".key", ".keys", ".secret") or "key" in file.suffixes
        if file.is_file() and private and file.stat().st_mode & _OTHERS:
            yield file


@check("鍵のファイルは持ち主だけが読める", looks_at="鍵のフォルダーのファイルの権限", link="keys")
def key_files_closed(site: Site) -> Iterator[str]:
    folder = _root() / site.realm / "keys"
    if not folder.is_dir():
        raise NotShown("鍵のフォルダーがありません。")
    if folder.stat().st_mode & stat.S_IRWXO:
        yield "鍵のフォルダーを他の利用者が開けます。"
    yield from (f"鍵 {file.name} を他の利用者が読めます。" for file in _open_to_others(folder))


@check("データベースと画面の秘密は持ち主だけが読める", looks_at="領域のフォルダーの秘密のファイル")
def secret_files_closed(site: Site) -> Iterator[str]:
    for file in sorted((_root() / site.realm).glob("*.secret")):
        if file.stat().st_mode & _OTHERS:
            yield f"{file.name} を他の利用者が読めます。"


@check("副本の鍵は団体の手元にある", looks_at="団体の鍵の置き場", realms=only(PLATFORM))
def municipal_keys_apart(site: Site) -> Iterator[str]:
    own: Path = _root() / site.realm
    place: Path = settings.TODOKE_MUNICIPAL_KEYS
    if place == own or own in place.parents:
        yield "団体の鍵が、プラットフォームの運用者のフォルダーの中にあります。"
    for file in sorted(place.rglob("*")) if place.is_dir() else ():
        if file.is_file() and file.stat().st_mode & _OTHERS:
            yield f"団体の鍵 {file.parent.name}/{file.name} を他の利用者が読めます。"


@check("証明書と鍵の期限が切れていない", looks_at="公開の名簿と窓口の証明書", link="keys")
def certificates_in_time(_: Site) -> Iterator[str]:
    try:
        found = key_states.states(_root())
    except TodokeError as error:
        if error.code is ErrorCode.SETUP_MISSING:
            raise NotShown("電文の鍵がまだ作られていません（todoke keys create）。") from None
        raise
    now = clock.now()
    for one in found:
        if one.use != key_states.FORMER and one.standing(now) in ("期限切れ", "開始前"):
            yield f"{one.name} の{one.use}が{one.standing(now)}です。"


@check("画面は、外からの埋め込みや偽の送信を受け付けない", looks_at="Django の設定")
def pages_are_strict(_: Site) -> Iterator[str]:
    if settings.DEBUG:
        yield "DEBUG が有効です。誤りの画面に内部の値が出ます。"
    if "*" in settings.ALLOWED_HOSTS:
        yield "ALLOWED_HOSTS がすべての名前を認めています。"
    if settings.X_FRAME_OPTIONS != "DENY":
        yield "ほかのサイトの枠の中に画面を表示できます。"
    if not settings.CSRF_COOKIE_HTTPONLY or settings.CSRF_COOKIE_SAMESITE != "Strict":
        yield "偽の送信を防ぐ Cookie の設定が緩くなっています。"
    yield from (f"{name} が働いていません。" for name in _STRICT if name not in settings.MIDDLEWARE)


@check("画面は、サインインした職員だけが開ける", looks_at="Django の設定 MIDDLEWARE")
def pages_ask_who(_: Site) -> Iterator[str]:
    if not settings.MIDDLEWARE or settings.MIDDLEWARE[-1] != _SIGNED_IN:
        yield "サインインを確かめる部品が、画面の手前にありません。"
