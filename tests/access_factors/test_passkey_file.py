"""パスキーファイル: what it answers passes the library's verifier; what it must refuse, it refuses."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import webauthn
from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

from todoke.access.factors.passkey_file import PasskeyFile
from todoke.kernel.errors import ErrorCode, TodokeError

SITE, RP = "https://localhost:18411", "localhost"
PASSPHRASE = "雨ニモマケズ風ニモ"
CREATE = webauthn.generate_registration_options(rp_id=RP, rp_name="届け", user_name="s001")


def _get(*credentials: bytes, rp_id: str = RP) -> tuple[str, bytes]:
    options = webauthn.generate_authentication_options(
        rp_id=rp_id,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in credentials],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options), options.challenge


@pytest.fixture
def passkey(tmp_path: Path) -> tuple[PasskeyFile, bytes, bytes]:
    """The file, its credential's ID and its public key."""
    file = PasskeyFile(path=tmp_path / "s001.passkey", passphrase=PASSPHRASE)
    answer = file.register(webauthn.options_to_json(CREATE), origin=SITE)
    found = webauthn.verify_registration_response(
        credential=answer,
        expected_challenge=CREATE.challenge,
        expected_rp_id=RP,
        expected_origin=SITE,
        require_user_verification=True,
    )
    return file, found.credential_id, found.credential_public_key


def test_it_answers_like_a_browser_and_counts(passkey: tuple[PasskeyFile, bytes, bytes]) -> None:
    file, credential, key = passkey
    counters = [1]
    for _ in range(3):
        options, challenge = _get(b"another", credential)
        found = webauthn.verify_authentication_response(
            credential=file.answer(options, origin=SITE),
            expected_challenge=challenge,
            expected_rp_id=RP,
            expected_origin=SITE,
            credential_public_key=key,
            credential_current_sign_count=counters[-1],
            require_user_verification=True,
        )
        counters.append(found.new_sign_count)
    assert counters == [1, 2, 3, 4]


def test_nobody_else_can_read_or_replace_it(passkey: tuple[PasskeyFile, bytes, bytes]) -> None:
    file, credential, _ = passkey
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    with pytest.raises(TodokeError, match="同じ名前"):
        file.register(webauthn.options_to_json(CREATE), origin=SITE)
    file.path.chmod(0o640)
    with pytest.raises(TodokeError, match="600"):
        file.answer(_get(credential)[0], origin=SITE)
    assert [entry.name for entry in file.path.parent.iterdir()] == [file.path.name]


def test_wrong_passphrase_place_person_or_site(
    passkey: tuple[PasskeyFile, bytes, bytes], tmp_path: Path
) -> None:
    file, credential, _ = passkey
    terminal = tmp_path / "terminal.key"
    terminal.write_bytes(b"key")
    other = PasskeyFile(path=file.path, passphrase="別の暗証句です。。")
    moved = PasskeyFile(path=file.path, passphrase=PASSPHRASE, bound_to=terminal)
    cases = [
        (other, _get(credential)[0], SITE, "暗証句が違うか"),
        (moved, _get(credential)[0], SITE, "別の端末"),
        (file, _get(b"another")[0], SITE, "この職員ID"),
        (file, _get(credential, rp_id="evil.example")[0], "https://evil.example", "別のシステム"),
        (file, _get(credential)[0], "https://evil.example", "別のシステム"),
        (file, "{}", SITE, "読めません"),
    ]
    for asked, options, origin, sentence in cases:
        with pytest.raises(TodokeError, match=sentence) as refusal:
            asked.answer(options, origin=origin)
        assert refusal.value.code is ErrorCode.PASSKEY_FILE_INVALID


def test_bound_to_a_terminal_it_works_there_only(tmp_path: Path) -> None:
    terminal = tmp_path / "terminal.key"
    terminal.write_bytes(b"key of the terminal")
    here = PasskeyFile(path=tmp_path / "bound", passphrase=PASSPHRASE, bound_to=terminal)
    answer = here.register(webauthn.options_to_json(CREATE), origin=SITE)
    credential = webauthn.base64url_to_bytes(json.loads(answer)["id"])
    assert here.answer(_get(credential)[0], origin=SITE)
    terminal.write_bytes(b"key of another terminal")
    with pytest.raises(TodokeError, match="別の端末"):
        here.answer(_get(credential)[0], origin=SITE)


def test_an_altered_file_is_refused(passkey: tuple[PasskeyFile, bytes, bytes]) -> None:
    file, credential, _ = passkey
    whole = json.loads(file.path.read_text())
    for name in ("rp_id", "credential", "salt", "sealed"):
        altered = dict(whole)
        altered[name] = ("a" if whole[name][0] != "a" else "b") + whole[name][1:]
        file.path.write_text(json.dumps(altered))
        with pytest.raises(TodokeError, match="PASSKEY_FILE_INVALID"):
            file.answer(_get(credential)[0], origin=SITE)


def test_a_short_passphrase_makes_no_file(tmp_path: Path) -> None:
    file = PasskeyFile(path=tmp_path / "short", passphrase="短い")
    with pytest.raises(TodokeError, match="8 文字"):
        file.register(webauthn.options_to_json(CREATE), origin=SITE)
    assert not list(tmp_path.iterdir())


def test_the_passphrase_is_not_shown(tmp_path: Path) -> None:
    assert PASSPHRASE not in repr(PasskeyFile(path=tmp_path / "x", passphrase=PASSPHRASE))
