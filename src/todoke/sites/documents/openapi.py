"""OpenAPI 3.1 of each realm's door, made from the message kinds: `todoke exchange openapi`, docs/made/openapi-*.json.

The wire is an envelope of bytes (docs/exchange-protocol.md), so one operation carries every kind: `x-message-kinds`
says which bodies travel in it, and their schemas are components like those of any other interface.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

import msgspec

from todoke.contracts import conversion, intermediary, network, witnessing
from todoke.exchange import door, envelope, kinds, parties
from todoke.exchange.kinds import MessageKind
from todoke.exchange.refusals import RefusalBody, is_final
from todoke.kernel.errors import ErrorCode, Family
from todoke.sites.realms import Realm

_SERVED: Final[Mapping[Realm, tuple[ModuleType, ...]]] = {
    Realm.CITY: (conversion, witnessing),
    Realm.PLATFORM: (intermediary, witnessing),
    Realm.NATIONAL: (network, witnessing),
}
_TITLES: Final = {
    Realm.CITY: "統合番号連携システムの窓口",
    Realm.PLATFORM: "自治体中間サーバーの窓口",
    Realm.NATIONAL: "情報提供ネットワークシステムの窓口",
}
_SCHEMA = "#/components/schemas/"
_ENVELOPE = "application/octet-stream"
_PARTY = {
    Realm.CITY: "^city:[0-9]{5}$",
    Realm.PLATFORM: "^platform:[0-9]{5}$",
    Realm.NATIONAL: f"^{parties.NETWORK}$",
}


def served(realm: Realm) -> list[MessageKind[Any, Any]]:
    """The kinds that a realm's door answers, by name."""
    found = {
        kind.name: kind
        for module in _SERVED[realm]
        for kind in vars(module).values()
        if isinstance(kind, MessageKind)
    }
    return [found[name] for name in sorted(found)]


def page(realm: Realm) -> str:
    """The document as text, as docs/made keeps it."""
    return json.dumps(document(realm), ensure_ascii=False, indent=1) + "\n"


def document(realm: Realm) -> dict[str, Any]:
    """OpenAPI 3.1 of one realm's door."""
    kinds_served = served(realm)
    types = [RefusalBody, envelope.Header, *(t for kind in kinds_served for t in (kind.request, kind.answer))]
    _, schemas = msgspec.json.schema_components(types, ref_template=_SCHEMA + "{name}")
    schemas["RefusalBody"]["properties"]["error"] = {"enum": _codes()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": _TITLES[realm],
            "version": f"{envelope.VERSION}",
            "description": "Signed envelopes over mutual TLS: docs/exchange-protocol.md. Not edited by hand.",
        },
        "paths": {"/exchange/{party}": {"post": _exchange(realm)}, "/health": {"get": _health()}},
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"certificate": {"type": "mutualTLS"}},
        },
        "security": [{"certificate": []}],
        "x-message-kinds": [_kind(kind) for kind in kinds_served],
        "x-error-codes": [_error(code) for code in sorted(ErrorCode, key=lambda code: code.name)],
    }


def _exchange(realm: Realm) -> dict[str, Any]:
    party = {
        "name": "party",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": _PARTY[realm], "maxLength": parties.MAX_PARTY},
        "description": "受け手。封筒の receiver と同じでなければならない。",
    }
    body = {"schema": {"type": "string", "format": "binary", "maxLength": door.MAX_WIRE}}
    return {
        "operationId": "exchange",
        "summary": "署名封筒を一つ受け取り、署名した回答または受付拒否を返す",
        "parameters": [party],
        "requestBody": {"required": True, "content": {_ENVELOPE: body}},
        "responses": {
            "200": {"description": "署名した回答 (direction=answer)", "content": {_ENVELOPE: body}},
            **{str(status): _refused(status, body) for status in statuses()},
        },
    }


def _refused(status: int, body: dict[str, Any]) -> dict[str, Any]:
    names = sorted(code.name for code in ErrorCode if code.family.http_status == status)
    content: dict[str, Any] = {_ENVELOPE: body} if names else {}
    if status in door.UNSIGNED:
        content["application/json"] = {"schema": {"$ref": f"{_SCHEMA}RefusalBody"}}
    signed = f"署名した受付拒否 (direction=refusal): {', '.join(names)}" if names else ""
    unsigned = f"署名のない受付拒否: {door.UNSIGNED[status][1]}" if status in door.UNSIGNED else ""
    return {"description": "。".join(filter(None, (signed, unsigned))), "content": content}


def statuses() -> list[int]:
    """Every HTTP status of a refusal. Never 500: what fails unexpectedly is told as UNAVAILABLE."""
    families = {family.http_status for family in Family if family is not Family.FAULT}
    return sorted(families | set(door.UNSIGNED))


def _health() -> dict[str, Any]:
    schema = {"type": "object", "required": ["status"], "properties": {"status": {"const": "ok"}}}
    content = {"application/json": {"schema": schema}}
    return {
        "operationId": "health",
        "summary": "窓口が開いているか",
        "responses": {"200": {"description": "開いている", "content": content}},
    }


def _kind(kind: MessageKind[Any, Any]) -> dict[str, Any]:
    return {
        "name": kind.name,
        "summary": (inspect.getdoc(kind.request) or "").splitlines()[0],
        "request": {"$ref": _SCHEMA + kind.request.__name__},
        "answer": {"$ref": _SCHEMA + kind.answer.__name__},
        "fresh": kind.fresh,
        "recordLimit": kinds.RECORD_LIMIT,
    }


def _codes() -> list[str]:
    return sorted(code.name for code in ErrorCode if code.family is not Family.FAULT)


def _error(code: ErrorCode) -> dict[str, Any]:
    return {
        "code": code.name,
        "status": code.family.http_status,
        "final": is_final(code),
        "sentence": code.plain_sentence,
    }
