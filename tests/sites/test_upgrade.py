"""Old code on new tables: since the last release no migration takes away, renames, narrows or demands (docs/upgrade.md)."""

from __future__ import annotations

import pytest
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

from todoke.sites.database import upgrade


def test_no_migration_since_the_last_release_breaks_its_code() -> None:
    assert upgrade.breaches() == []


def test_the_last_release_is_written_down_and_still_stands() -> None:
    release, known = upgrade.baseline()
    assert upgrade._number(release)
    assert len(known) > 100
    labels = {one.partition(".")[0] for one in known}
    assert {"access", "benefits", "oplog", "intermediary"} <= labels


def state() -> ProjectState:
    found = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)), ("name", models.TextField()),
        ("note", models.TextField(null=True)), ("count", models.IntegerField()),
    ]  # fmt: skip
    found.add_model(ModelState("benefits", "Thing", fields))
    return found


TAKES = [
    migrations.RemoveField("thing", "name"),
    migrations.DeleteModel("thing"),
    migrations.RenameField("thing", "name", "title"),
    migrations.RenameModel("thing", "object"),
    migrations.AlterField("thing", "note", models.TextField()),
    migrations.AlterField("thing", "count", models.TextField()),
    migrations.AddField("thing", "more", models.TextField()),
    migrations.AddField("thing", "more", models.TextField(default="")),
    migrations.RunSQL("ALTER TABLE benefits_thing DROP COLUMN name"),
    migrations.RunSQL("ALTER TABLE benefits_thing RENAME COLUMN name TO title"),
    migrations.RunSQL("ALTER TABLE benefits_thing ALTER COLUMN note SET NOT NULL"),
    migrations.RunSQL("ALTER TABLE benefits_thing ALTER COLUMN count TYPE bigint"),
    migrations.RunSQL("ALTER TABLE benefits_thing ADD COLUMN more text NOT NULL;"),
    migrations.SeparateDatabaseAndState([migrations.RunSQL("DROP TABLE benefits_thing")], []),
]
ADDS = [
    migrations.AddField("thing", "more", models.TextField(null=True)),
    migrations.AddField("thing", "more", models.TextField(db_default="")),
    migrations.AlterField("thing", "name", models.TextField(choices=[("a", "b")])),
    migrations.AlterField("thing", "count", models.IntegerField(null=True)),
    migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]),
    migrations.AddIndex("thing", models.Index(fields=["name"], name="thing_name")),
    migrations.RunSQL("ALTER TABLE benefits_thing ADD COLUMN more text NOT NULL DEFAULT 'x'"),
    migrations.RunSQL("CREATE TABLE new (id bigint NOT NULL)"),
]


def made(*operations, contracts: str = "") -> migrations.Migration:
    one = migrations.Migration("9999_new", "benefits")
    one.operations = list(operations)
    if contracts:
        one.contracts = contracts
    return one


@pytest.mark.parametrize("operation", TAKES, ids=lambda one: type(one).__name__)
def test_what_takes_is_found(operation) -> None:
    assert list(upgrade.taken(made(operation), state(), "0.1.0"))
    assert not list(upgrade.taken(made(operation, contracts="0.1.0"), state(), "0.1.0"))
    assert list(upgrade.taken(made(operation, contracts="0.2.0"), state(), "0.1.0"))  # too early


@pytest.mark.parametrize("operation", ADDS, ids=lambda one: type(one).__name__)
def test_what_adds_is_not(operation) -> None:
    assert not list(upgrade.taken(made(operation), state(), "0.1.0"))


def test_a_table_of_the_same_migration_is_known_to_no_running_code() -> None:
    table = migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))])
    field = migrations.AddField("other", "more", models.TextField())
    assert not list(upgrade.taken(made(table, field), state(), "0.1.0"))
