"""副本・回答・電文: what lay readable is sealed with the municipality's key; it must be lent (KEY_WITHDRAWN otherwise)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps.registry import Apps as StateApps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from todoke.contracts.information import TAX_ITEMS, Item

_TABLES = {
    "intermediary_replica": (
        "id",
        "'intermediary_replica', 'contents', integrated_number, fiscal_year, edition",
    ),
    "intermediary_answer": (
        "record_id",
        "'intermediary_answer', 'contents', record_id,"
        " (SELECT i.permit_id FROM intermediary_inquiry i WHERE i.record_id = t.record_id)",
    ),
    "intermediary_arrived_provision": ("id", "'intermediary_answer', 'contents', record_id, permit_id"),
}
_BODIES = {
    "exchange_outbox": ("id", "body", "sender, receiver, message_key"),
    "exchange_inbox": ("message_id", "answer", "receiver, sender, message_key"),
}
_COLUMNS = [column for item in TAX_ITEMS for column in (item, f"{item}_reason")]
_CHUNK = 5_000


def _seal(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    from todoke.systems.intermediary.codecs import items

    alias = schema_editor.connection.alias
    with schema_editor.connection.cursor() as cursor:
        for table, (key, bound) in _TABLES.items():
            while True:
                cursor.execute(
                    f"SELECT {key}, {', '.join(_COLUMNS)}, concat_ws('|', {bound}) FROM {table} t"
                    f" WHERE contents IS NULL AND coalesce(tax_year, tax_year_reason) IS NOT NULL LIMIT {_CHUNK}"
                )
                found = cursor.fetchall()
                if not found:
                    break
                said = [
                    tuple(map(Item, row[1 : 1 + len(_COLUMNS) : 2], row[2 : 1 + len(_COLUMNS) : 2]))
                    for row in found
                ]
                names = [row[-1] for row in found]
                sealed = items.sealed_column(alias, said, names).to_pylist()
                cursor.executemany(
                    f"UPDATE {table} SET contents = %s WHERE {key} = %s",
                    [(text, row[0]) for text, row in zip(sealed, found, strict=True)],
                )
        _seal_bodies(alias, cursor)


def _seal_bodies(alias: str, cursor: CursorWrapper) -> None:
    from todoke.systems.intermediary.codecs import contents

    for table, (key, column, bound) in _BODIES.items():
        cursor.execute(f"SELECT {key} FROM {table} WHERE {column} IS NOT NULL")
        for (row,) in cursor.fetchall():
            cursor.execute(f"SELECT {column}, {bound} FROM {table} WHERE {key} = %s", [row])
            body, *names = cursor.fetchone()
            (sealed,) = contents.seal(alias, [bytes(body)], ["|".join((table, column, *names))])
            cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", [sealed, row])


def _without_items(model: str) -> list[Any]:
    return [migrations.RemoveField(model_name=model, name=column) for column in _COLUMNS]


_ARRIVED = Q(outcome="answered", contents__isnull=False) | Q(
    outcome__in=["no_record", "held", "release_refused", "refused"], contents__isnull=True
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("intermediary", "0008_held_complete"), ("exchange", "0002_receivers")]
    operations: ClassVar = [
        *(
            migrations.AddField(model_name=model, name="contents", field=models.BinaryField(null=True))
            for model in ("replica", "answer", "arrivedprovision")
        ),
        migrations.RunPython(_seal),
        migrations.RemoveConstraint(model_name="replica", name="replica_value_or_reason"),
        migrations.RemoveConstraint(model_name="answer", name="answer_value_or_reason"),
        migrations.RemoveConstraint(model_name="arrivedprovision", name="arrived_items_by_outcome"),
        *_without_items("replica"),
        *_without_items("answer"),
        *_without_items("arrivedprovision"),
        migrations.AlterField(model_name="replica", name="contents", field=models.BinaryField()),
        migrations.AlterField(model_name="answer", name="contents", field=models.BinaryField()),
        migrations.AddConstraint(
            model_name="arrivedprovision",
            constraint=models.CheckConstraint(condition=_ARRIVED, name="arrived_items_by_outcome"),
        ),
    ]
