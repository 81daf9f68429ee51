"""Tables of the second factors, and what the database refuses: a factor for a leaver, a counter that goes back."""

import django.db.models.deletion
from django.db import migrations, models

_PEOPLE = """
CREATE FUNCTION access_factor_of_staff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM access_staff WHERE staff_id = NEW.staff_id
               AND left_on <= (now() AT TIME ZONE 'Asia/Tokyo')::date) THEN
        RAISE EXCEPTION 'no second factor for somebody who has left' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_face_template_of_staff BEFORE INSERT OR UPDATE ON access_face_template
    FOR EACH ROW EXECUTE FUNCTION access_factor_of_staff();
CREATE TRIGGER access_passkey_of_staff BEFORE INSERT ON access_passkey
    FOR EACH ROW EXECUTE FUNCTION access_factor_of_staff();
"""
_COUNTER = """
CREATE FUNCTION access_passkey_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'sign_count') <> (to_jsonb(OLD) - 'sign_count') OR NEW.sign_count < OLD.sign_count THEN
        RAISE EXCEPTION 'table access_passkey: only the counter changes, and never back' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_passkey_counts BEFORE UPDATE ON access_passkey
    FOR EACH ROW EXECUTE FUNCTION access_passkey_counts();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="FaceTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "stage",
                    models.TextField(
                        choices=[
                            ("linked", "紐づけ済み・本人の確認待ち"),
                            ("confirmed", "本人が確認済み"),
                            ("latest", "最後に受け付けた顔"),
                        ]
                    ),
                ),
                ("model", models.TextField()),
                ("key_id", models.PositiveSmallIntegerField()),
                ("sealed", models.BinaryField()),
                ("made_by", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("confirmed_by", models.TextField(default="")),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("staff", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="access.staff")),
            ],
            options={
                "db_table": "access_face_template",
                "constraints": [
                    models.UniqueConstraint(fields=("staff", "stage"), name="face_one_per_stage"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stage", "latest"), ("made_by", models.F("staff"))),
                            models.Q(
                                ("stage__in", ["linked", "confirmed"]),
                                models.Q(("made_by", models.F("staff")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="face_linked_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at__isnull", True),
                                ("confirmed_by", ""),
                                ("stage__in", ["linked", "latest"]),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by", models.F("staff")),
                                ("stage", "confirmed"),
                            ),
                            _connector="OR",
                        ),
                        name="face_confirmed_by_its_owner",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FactorChallenge",
            fields=[
                ("challenge", models.BinaryField(primary_key=True, serialize=False)),
                (
                    "ceremony",
                    models.TextField(choices=[("register", "パスキーの登録"), ("verify", "本人確認")]),
                ),
                ("terminal", models.TextField()),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
                ("staff", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="access.staff")),
            ],
            options={
                "db_table": "access_factor_challenge",
                "indexes": [models.Index(fields=["staff", "ceremony"], name="challenge_of_staff")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ceremony", "verify"), ("asked_by", models.F("staff"))),
                            models.Q(
                                ("ceremony", "register"),
                                models.Q(("asked_by", models.F("staff")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="challenge_asked_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gt", models.F("asked_at"))),
                        name="challenge_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("credential_id", models.BinaryField(primary_key=True, serialize=False)),
                ("rp_id", models.TextField()),
                ("public_key", models.BinaryField()),
                ("sign_count", models.BigIntegerField()),
                ("invited_by", models.TextField()),
                ("registered_by", models.TextField()),
                ("registered_at", models.DateTimeField()),
                ("staff", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="access.staff")),
            ],
            options={
                "db_table": "access_passkey",
                "indexes": [models.Index(fields=["staff"], name="passkey_of_staff")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("registered_by", models.F("staff")),
                            models.Q(("invited_by", models.F("staff")), _negated=True),
                        ),
                        name="passkey_invited_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign_count__gte", 0)), name="passkey_counter_counts_up"
                    ),
                ],
            },
        ),
        migrations.RunSQL(_PEOPLE, "DROP FUNCTION access_factor_of_staff() CASCADE"),
        migrations.RunSQL(_COUNTER, "DROP FUNCTION access_passkey_counts() CASCADE"),
    ]
