"""A passkey in a file (パスキーファイル): the authenticator of a terminal that has neither camera nor browser.

Speaks real WebAuthn: JSON options in, JSON response out, as `navigator.credentials` would give it. The P-256 key and its
counter lie sealed under a passphrase, which is asked for at every use and so verifies the user; `bound_to`, a file that
never leaves the terminal (its TLS key), makes a copy of the passkey file worthless elsewhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from webauthn.helpers import (
    bytes_to_base64url,
    encode_cbor,
    parse_authentication_options_json,
    parse_registration_options_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException

from todoke.kernel.errors import ErrorCode, TodokeError

MIN_PASSPHRASE: Final = 8
MALFORMED: Final = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What reading hostile JSON may raise."""
Options = TypeVar("Options")
_PRESENT, _VERIFIED, _COPYABLE, _ATTESTED = 0x01, 0x04, 0x08, 0x40
_NONCE, _COUNTER, _AAGUID = 12, 4, bytes(16)


@dataclass(frozen=True, kw_only=True)
class PasskeyFile:
    """One credential in one file (mode 600). Every method raises PASSKEY_FILE_INVALID when the file cannot serve."""

    path: Path
    passphrase: str = field(repr=False)
    bound_to: Path | None = None

    def register(self, options: str, *, origin: str) -> str:
        """Make the file and answer registration options; the file must not be there yet."""
        asked = _read_options(parse_registration_options_json, options)
        rp_id = _own_site(asked.rp.id or "", origin)
        if COSEAlgorithmIdentifier.ECDSA_SHA_256 not in {offer.alg for offer in asked.pub_key_cred_params}:
            raise _invalid("署名方式が合いません")
        key = ec.generate_private_key(ec.SECP256R1())
        contents = _Contents(rp_id=rp_id, credential=secrets.token_bytes(32), key=key, counter=1)
        self._write(contents, new=True)
        attested = _AAGUID + len(contents.credential).to_bytes(2, "big") + contents.credential
        data = self._authenticator_data(contents, _ATTESTED) + attested + _cose(key.public_key())
        statement = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client = _client_data("webauthn.create", asked.challenge, origin)
        return _response(contents, clientDataJSON=client, attestationObject=statement)

    def answer(self, options: str, *, origin: str) -> str:
        """Answer sign-in options; the counter is kept before the answer leaves."""
        asked = _read_options(parse_authentication_options_json, options)
        with self._alone():
            contents = self._read()
            if _own_site(asked.rp_id or "", origin) != contents.rp_id:
                raise _invalid("別のシステムのパスキーです")
            if contents.credential not in {entry.id for entry in asked.allow_credentials or ()}:
                raise _invalid("この職員IDに登録されたパスキーではありません")
            contents = contents.counted()
            self._write(contents, new=False)
        data = self._authenticator_data(contents, 0)
        client = _client_data("webauthn.get", asked.challenge, origin)
        signature = contents.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return _response(contents, clientDataJSON=client, authenticatorData=data, signature=signature)

    def _authenticator_data(self, contents: _Contents, flags: int) -> bytes:
        flags |= _PRESENT | _VERIFIED | (0 if self.bound_to else _COPYABLE)
        head = hashlib.sha256(contents.rp_id.encode()).digest() + bytes([flags])
        return head + contents.counter.to_bytes(_COUNTER, "big")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One use at a time, so that two programs never give out one counter twice."""
        try:
            handle = os.open(self.path.parent, os.O_RDONLY)
        except OSError:
            raise _invalid("ファイルがありません") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _read(self) -> _Contents:
        try:
            status, text = self.path.stat(), self.path.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            raise _invalid("ファイルがないか、読めません") from None
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise _invalid("他の利用者が読めるので、権限を 600 に直してください")
        try:
            outer = json.loads(text)
            salt, sealed = bytes.fromhex(outer["salt"]), bytes.fromhex(outer["sealed"])
            head = _head(outer["rp_id"], credential := bytes.fromhex(outer["credential"]))
            inner = AESGCM(self._key(salt)).decrypt(sealed[:_NONCE], sealed[_NONCE:], head)
        except InvalidTag:
            raise _invalid("暗証句が違うか、別の端末のファイルか、書き換えられています") from None
        except MALFORMED:
            raise _invalid("形が違います") from None
        key = serialization.load_der_private_key(inner[_COUNTER:], password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return _Contents(
            rp_id=outer["rp_id"],
            credential=credential,
            key=key,
            counter=int.from_bytes(inner[:_COUNTER], "big"),
        )

    def _write(self, contents: _Contents, *, new: bool) -> None:
        """Whole file or none, mode 600 from the first byte; a new one never replaces another."""
        if len(self.passphrase) < MIN_PASSPHRASE:
            raise _invalid(f"暗証句は {MIN_PASSPHRASE} 文字以上にしてください")
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(_NONCE)
        head = _head(contents.rp_id, contents.credential)
        sealed = nonce + AESGCM(self._key(salt)).encrypt(nonce, contents.inner(), head)
        text = json.dumps(
            {
                "todoke": "passkey-1",
                "rp_id": contents.rp_id,
                "credential": contents.credential.hex(),
                "salt": salt.hex(),
                "sealed": sealed.hex(),
            }
        )
        unfinished = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}.part")
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.link(unfinished, self.path) if new else unfinished.replace(self.path)
        except FileExistsError:
            raise _invalid("同じ名前のファイルがあります") from None
        except OSError:
            raise _invalid("ファイルを書けません") from None
        finally:
            unfinished.unlink(missing_ok=True)

    def _key(self, salt: bytes) -> bytes:
        """Argon2id of the passphrase (19 MiB, OWASP's minimum), with the terminal's own file mixed in."""
        secret = Argon2id(salt=salt, length=32, iterations=2, lanes=1, memory_cost=19 * 1024).derive(
            self.passphrase.encode()
        )
        try:
            place = hashlib.sha256(self.bound_to.read_bytes()).digest() if self.bound_to else b""
        except OSError:
            raise _invalid("端末の鍵を読めません") from None
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=b"todoke passkey-1").derive(
            secret + place
        )


@dataclass(frozen=True, kw_only=True)
class _Contents:
    rp_id: str
    credential: bytes
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    counter: int

    def counted(self) -> _Contents:
        return _Contents(rp_id=self.rp_id, credential=self.credential, key=self.key, counter=self.counter + 1)

    def inner(self) -> bytes:
        der = self.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return self.counter.to_bytes(_COUNTER, "big") + der


def _head(rp_id: str, credential: bytes) -> bytes:
    return f"passkey-1|{rp_id}|{credential.hex()}".encode()


def _own_site(rp_id: str, origin: str) -> str:
    """The RP ID, if a browser at `origin` could use it: the same host or one above it, over HTTPS."""
    site = urlsplit(origin)
    host = site.hostname or ""
    if (host != rp_id and not host.endswith(f".{rp_id}")) or (site.scheme != "https" and host != "localhost"):
        raise _invalid("別のシステムからの求めです")
    return rp_id


def _read_options(parse: Callable[[str], Options], options: str) -> Options:
    try:
        return parse(options)
    except (WebAuthnException, *MALFORMED):
        raise _invalid("受付の内容を読めません") from None


def _client_data(kind: str, challenge: bytes, origin: str) -> bytes:
    """What a browser would say about the page."""
    return json.dumps(
        {"type": kind, "challenge": bytes_to_base64url(challenge), "origin": origin, "crossOrigin": False}
    ).encode()


def _cose(key: ec.EllipticCurvePublicKey) -> bytes:
    """COSE_Key of a P-256 key: EC2, ES256, curve, x, y (RFC 9053)."""
    numbers = key.public_numbers()
    return encode_cbor(
        {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
    )


def _response(contents: _Contents, **parts: bytes) -> str:
    name = bytes_to_base64url(contents.credential)
    return json.dumps(
        {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": {key: bytes_to_base64url(value) for key, value in parts.items()},
            "clientExtensionResults": {},
        }
    )


def _invalid(detail: str) -> TodokeError:
    return TodokeError(ErrorCode.PASSKEY_FILE_INVALID, detail=detail)
