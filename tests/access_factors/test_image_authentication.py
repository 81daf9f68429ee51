"""画像認証 with a real database: refused faces are counted, logged and alarmed; templates are sealed and go with the person."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import override_settings

from tests.access_factors.people import ADMINISTRATOR, context, who
from todoke.access import attempts
from todoke.access.factors import checking, enrolment, templates
from todoke.access.factors.cameras import PictureFile, Upload
from todoke.access.factors.face_proof import CHANGED_FACE, FOREIGN_FACE, FaceProof
from todoke.access.factors.faces import MODEL, OfflineVerifier
from todoke.access.models import Alarm, Attempts, FaceTemplate, Staff, TemplateStage
from todoke.access.permissions import Actor, Role
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation


@pytest.fixture
def linked(staff: str, astronaut: bytes) -> str:
    """`cl1` is the astronaut; linked, not yet confirmed."""
    enrolment.link_face(staff_id="cl1", camera=Upload(astronaut), by=ADMINISTRATOR)
    return staff


def shown(picture: bytes, **where: bool) -> ErrorCode | None:
    """What `cl1`'s picture is refused with; None when accepted."""
    outcome = FaceProof(camera=Upload(picture))("cl1", context("cl1", **where))
    return outcome.refusal.code if outcome.refusal else None


def stages(alias: str) -> set[str]:
    return set(FaceTemplate.objects.using(alias).filter(staff_id="cl1").values_list("stage", flat=True))


def failures(alias: str) -> int:
    row = Attempts.objects.using(alias).filter(staff_id="cl1", kind=checking.KIND).first()
    return row.failures if row else 0


def set_failures(alias: str, number: int, ago: timedelta) -> None:
    Attempts.objects.using(alias).update_or_create(
        staff_id="cl1", kind=checking.KIND, defaults={"failures": number, "last_at": clock.now() - ago}
    )


def logged(alias: str) -> list[tuple[str, str, str]]:
    return list(Operation.objects.using(alias).order_by("at").values_list("verb", "subject", "outcome"))


def test_the_first_accepted_picture_confirms_the_link(linked: str, again: bytes) -> None:
    assert stages(linked) == {"linked"}
    assert shown(again) is None
    assert stages(linked) == {"confirmed", "latest"}
    kept = FaceTemplate.objects.using(linked).get(stage="confirmed")
    assert (kept.made_by, kept.confirmed_by) == ("adm", "cl1")
    assert logged(linked)[-2:] == [
        ("access:face:link", "staff:cl1", "done"),
        ("access:factor:verify", "face:sign_in", "done"),
    ]


def test_another_face_is_refused_counted_and_logged(linked: str, stranger: bytes) -> None:
    assert shown(stranger) is ErrorCode.FACE_DIFFERS
    assert (stages(linked), failures(linked)) == ({"linked"}, 1)
    assert logged(linked)[-1] == ("access:factor:verify", "face:sign_in:FACE_DIFFERS", "refused")
    assert not Alarm.objects.using(linked).exists()


def test_another_face_while_the_id_is_in_use_rings(linked: str, stranger: bytes) -> None:
    assert shown(stranger, live=True) is ErrorCode.FACE_DIFFERS
    assert shown(stranger, step_up=True) is ErrorCode.FACE_DIFFERS
    rung = Alarm.objects.using(linked).order_by("id").values_list("kind", "staff_id", "terminal", "detail")
    assert list(rung) == [
        (FOREIGN_FACE, "cl1", "test-1", "sign_in"),
        (FOREIGN_FACE, "cl1", "test-1", "step_up"),
    ]


def test_a_face_unlike_the_one_before_rings_though_it_is_accepted(
    linked: str, astronaut: bytes, strangers_template: bytes
) -> None:
    assert shown(astronaut) is None
    with transaction.atomic(using=linked):
        before = bytearray(strangers_template)
        templates.keep(linked, "cl1", TemplateStage.LATEST, before, model=MODEL, by="cl1")
    outcome = FaceProof(camera=Upload(astronaut))("cl1", context("cl1"))
    assert (outcome.accepted, outcome.shared_id_suspected) == (True, True)
    assert Alarm.objects.using(linked).get().kind == CHANGED_FACE
    assert not FaceProof(camera=Upload(astronaut))("cl1", context("cl1")).shared_id_suspected


def test_a_poor_picture_is_no_failed_try(linked: str) -> None:
    assert shown(b"not a picture") is ErrorCode.PICTURE_UNREADABLE
    assert failures(linked) == 0
    assert logged(linked)[-1][1:] == ("face:sign_in:PICTURE_UNREADABLE", "refused")


def test_without_a_linked_face_nobody_gets_in(staff: str, astronaut: bytes) -> None:
    assert shown(astronaut) is ErrorCode.FACE_NOT_LINKED


def test_after_five_failures_even_the_right_face_waits_and_a_success_forgets(
    linked: str, astronaut: bytes, stranger: bytes
) -> None:
    for _ in range(attempts.FREE_TRIES):
        assert shown(stranger) is ErrorCode.FACE_DIFFERS
    outcome = FaceProof(camera=Upload(astronaut))("cl1", context("cl1"))
    assert outcome.refusal is not None
    assert outcome.refusal.code is ErrorCode.FACTOR_WAIT
    assert 25 < int(outcome.refusal.details["seconds"]) <= 30
    assert failures(linked) == attempts.FREE_TRIES
    set_failures(linked, attempts.FREE_TRIES, timedelta(seconds=30))
    assert shown(astronaut) is None
    assert failures(linked) == 0


def test_the_delay_grows_to_an_hour() -> None:
    seconds = [attempts.delay(number).total_seconds() for number in (0, 4, 5, 6, 7, 11, 12, 49)]
    assert seconds == [0, 0, 30, 60, 120, 1920, 3600, 3600]


def test_after_fifty_failures_only_an_administrator_opens_the_id_again(
    linked: str, astronaut: bytes, stranger: bytes
) -> None:
    set_failures(linked, attempts.HARD_CAP - 1, timedelta(hours=2))
    assert shown(stranger) is ErrorCode.FACE_DIFFERS
    assert Alarm.objects.using(linked).get().kind == "tries_exhausted"
    set_failures(linked, attempts.HARD_CAP, timedelta(days=400))
    assert shown(astronaut) is ErrorCode.FACTOR_LOCKED
    for not_allowed in (
        Actor(staff_id="cl2", roles=frozenset({Role.CLERK})),
        Actor(staff_id="cl1", roles=frozenset({Role.ADMINISTRATOR})),
    ):
        with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
            enrolment.unlock(staff_id="cl1", by=not_allowed)
    enrolment.unlock(staff_id="cl1", by=ADMINISTRATOR)
    assert shown(astronaut) is None


def test_sixteen_tries_at_once_are_five(linked: str, stranger: bytes) -> None:
    def one(_: int) -> ErrorCode | None:
        try:
            return shown(stranger)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(one, range(16)))
    assert found.count(ErrorCode.FACE_DIFFERS) == attempts.FREE_TRIES
    assert found.count(ErrorCode.FACTOR_WAIT) == 16 - attempts.FREE_TRIES
    assert failures(linked) == attempts.FREE_TRIES


def test_a_try_inside_a_transaction_is_refused_since_it_could_be_undone(
    linked: str, astronaut: bytes
) -> None:
    with transaction.atomic(using=linked), pytest.raises(RuntimeError):
        shown(astronaut)


def test_nobody_proves_for_somebody_else(linked: str, astronaut: bytes) -> None:
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        FaceProof(camera=Upload(astronaut))("cl1", context("cl2"))


def test_a_template_moved_to_another_person_does_not_open(linked: str, astronaut: bytes) -> None:
    """Same table, same stage, same face: only the person differs."""
    enrolment.link_face(staff_id="cl2", camera=Upload(astronaut), by=ADMINISTRATOR)
    rows = FaceTemplate.objects.using(linked)
    rows.filter(staff_id="cl2").update(sealed=rows.get(staff_id="cl1").sealed)
    with pytest.raises(TodokeError, match="封印") as refusal:
        templates.find(linked, "cl2", TemplateStage.LINKED, model=MODEL)
    assert refusal.value.code is ErrorCode.FACE_UNREADABLE
    outcome = FaceProof(camera=Upload(astronaut))("cl2", context("cl2"))
    assert outcome.refusal is not None
    assert outcome.refusal.code is ErrorCode.FACE_UNREADABLE


def test_a_template_moved_to_another_stage_does_not_open(linked: str, astronaut: bytes) -> None:
    assert shown(astronaut) is None
    rows = FaceTemplate.objects.using(linked)
    rows.filter(stage="confirmed").update(sealed=rows.get(stage="latest").sealed)
    with pytest.raises(TodokeError, match="封印"):
        templates.find(linked, "cl1", TemplateStage.CONFIRMED, model=MODEL)
    assert shown(astronaut) is ErrorCode.FACE_UNREADABLE


def test_a_template_of_another_realm_does_not_open(linked: str) -> None:
    with override_settings(TODOKE_DIRECTORY="directory_platform"):
        shutil.copy(templates._key_path().with_name("access-city-face-cipher-1.key"), templates._key_path())
        with pytest.raises(TodokeError, match="封印"):
            templates.find(linked, "cl1", TemplateStage.LINKED, model=MODEL)
        templates._key_path().unlink()


def test_what_is_kept_is_not_the_template(linked: str, astronaut: bytes) -> None:
    template = bytes(OfflineVerifier().template(bytearray(astronaut)))
    sealed = bytes(FaceTemplate.objects.using(linked).get(staff_id="cl1").sealed)
    assert len(sealed) == 12 + len(template) + 16
    assert all(template[i : i + 16] not in sealed for i in range(0, len(template), 16))
    assert templates.find(linked, "cl1", TemplateStage.LINKED, model=MODEL) == template


def test_a_template_of_another_model_is_not_used(linked: str, astronaut: bytes) -> None:
    FaceTemplate.objects.using(linked).update(model="another")
    assert shown(astronaut) is ErrorCode.FACE_UNREADABLE


def test_re_enrolment_needs_the_administrator_and_the_person(
    linked: str, astronaut: bytes, again: bytes, stranger: bytes
) -> None:
    assert shown(astronaut) is None
    me = Actor(staff_id="cl1", roles=frozenset({Role.CLERK}), terminal="test-1")
    enrolment.link_face(staff_id="cl1", camera=Upload(stranger), by=ADMINISTRATOR)
    assert stages(linked) == {"linked", "confirmed", "latest"}
    assert shown(stranger) is ErrorCode.FACE_DIFFERS, "a new link counts only once it is confirmed"
    refused = enrolment.confirm_face(camera=Upload(astronaut), by=me)
    assert refused.refusal is not None
    assert refused.refusal.code is ErrorCode.FACE_DIFFERS
    poor = enrolment.confirm_face(camera=Upload(b""), by=me)
    assert poor.refusal is not None
    assert poor.refusal.code is ErrorCode.PICTURE_UNREADABLE
    enrolment.link_face(staff_id="cl1", camera=Upload(again), by=ADMINISTRATOR)
    assert enrolment.confirm_face(camera=Upload(again), by=me).accepted
    assert stages(linked) == {"confirmed"}
    nothing = enrolment.confirm_face(camera=Upload(again), by=me)
    assert nothing.refusal is not None
    assert nothing.refusal.code is ErrorCode.FACE_NOT_LINKED


def test_who_may_link(staff: str, astronaut: bytes, tmp_path: Path) -> None:
    itself = Actor(staff_id="cl1", roles=frozenset({Role.ADMINISTRATOR}))
    for by in (itself, Actor(staff_id="cl2", roles=frozenset({Role.CLERK}))):
        with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
            enrolment.link_face(staff_id="cl1", camera=Upload(astronaut), by=by)
    with pytest.raises(TodokeError, match="NOT_FOUND"):
        enrolment.link_face(staff_id="nobody", camera=Upload(astronaut), by=ADMINISTRATOR)
    with pytest.raises(TodokeError, match="PICTURE_UNREADABLE"):
        enrolment.link_face(staff_id="cl1", camera=PictureFile(tmp_path / "none.jpg"), by=ADMINISTRATOR)
    with pytest.raises(IntegrityError, match="face_linked_by_another"), transaction.atomic(using=staff):
        templates.keep(staff, "cl1", TemplateStage.LINKED, bytearray(8), model=MODEL, by="cl1")


def test_templates_go_with_the_person(linked: str, astronaut: bytes) -> None:
    assert shown(astronaut) is None
    enrolment.link_face(staff_id="cl2", camera=Upload(astronaut), by=ADMINISTRATOR)
    assert enrolment.forget_leavers(by=who("feed")) == 0
    Staff.objects.using(linked).filter(pk="cl1").update(left_on=clock.today())
    assert enrolment.forget_leavers(by=who("feed")) == 1
    assert stages(linked) == set()
    assert FaceTemplate.objects.using(linked).filter(staff_id="cl2").count() == 1
    assert logged(linked)[-1] == ("access:factor:forget", "staff:1", "done")
    assert shown(astronaut) is ErrorCode.FACE_NOT_LINKED
    with pytest.raises(TodokeError, match="NOT_FOUND"):
        enrolment.link_face(staff_id="cl1", camera=Upload(astronaut), by=ADMINISTRATOR)
    with pytest.raises(IntegrityError, match="has left"), transaction.atomic(using=linked):
        templates.keep(linked, "cl1", TemplateStage.LINKED, bytearray(8), model=MODEL, by="adm")


def test_withdrawn_by_the_administrator(linked: str) -> None:
    enrolment.withdraw_face(staff_id="cl1", by=ADMINISTRATOR)
    assert stages(linked) == set()
    with pytest.raises(TodokeError, match="NOT_FOUND"):
        enrolment.withdraw_face(staff_id="cl1", by=ADMINISTRATOR)
