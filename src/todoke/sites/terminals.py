"""端末: its client certificate, by which a site knows it (PIA III.3 リスク2), and the site's side of that TLS.

Each realm has an authority for terminals only, so a terminal's certificate opens no door of the exchange and a
party's certificate opens no screen. A certificate alone opens nothing either: the terminal must be on the realm's
register (`access`), and a member of staff must sign in. Files: `<realm>/keys/terminals.key/.pem` (the authority),
`<realm>/terminals/<name>.key/.pem` (mode 600), to be taken to the terminal itself.
"""

from __future__ import annotations

import re
import ssl
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from todoke.exchange.certificates import Authority, make_authority
from todoke.exchange.keys import Vault
from todoke.exchange.ring import KeyRing
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


def issue(instance: Instance, realm: Realm, name: str) -> x509.Certificate:
    """The terminal's certificate, made with its key where none stands yet. Raises ValueError for an unsafe name."""
    if not _NAME.fullmatch(name):
        raise ValueError("a terminal's name is lower-case letters, digits and hyphens, 31 at most")
    authority, vault = _authority(instance, realm), Vault(_folder(instance, realm))
    return vault.certificate(name, lambda key: authority.client(key, instance.name, f"terminal:{name}"))


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, hex: what the register of terminals and the TLS server both know it by."""
    return certificate.fingerprint(SHA256()).hex()


def valid_until(certificate: x509.Certificate) -> datetime:
    """When the certificate ends (aware)."""
    return certificate.not_valid_after_utc


def as_p12(instance: Instance, realm: Realm, name: str, passphrase: str) -> bytes:
    """Key and certificate in one file that a browser's own store imports, under a passphrase."""
    certificate, key = issue(instance, realm, name), Vault(_folder(instance, realm)).tls_key(name)
    encryption = BestAvailableEncryption(passphrase.encode())
    return serialize_key_and_certificates(name.encode(), key, certificate, None, encryption)


def server_context(instance: Instance, realm: Realm) -> ssl.SSLContext:
    """TLS of the realm's screens: only a certificate of its terminals' authority gets through the handshake."""
    context = KeyRing(instance.path, realm.value).server_context(
        realm.value, clients=_authority(instance, realm).pem
    )
    context.set_alpn_protocols(["http/1.1"])
    return context


def client_context(instance: Instance, realm: Realm, name: str) -> ssl.SSLContext:
    """TLS of the terminal `name`: trusts the realm's own authority only. SETUP_MISSING without its files."""
    key = _folder(instance, realm) / f"{name}.key"
    if not key.is_file():
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail=f"端末 {name} の証明書がありません",
            todo="システム管理者に「todoke terminal issue」での発行を依頼してください。",
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=KeyRing(instance.path).directory.authorities[realm.value])
    context.load_cert_chain(key.with_suffix(".pem"), key)
    return context


def _authority(instance: Instance, realm: Realm) -> Authority:
    vault = Vault(instance.path / realm / "keys")
    name = f"Todoke {instance.name} {realm.value} terminals"
    certificate = vault.certificate("terminals", lambda key: make_authority(key, name))
    return Authority(certificate, vault.tls_key("terminals"))


def _folder(instance: Instance, realm: Realm) -> Path:
    return instance.path / realm / "terminals"
