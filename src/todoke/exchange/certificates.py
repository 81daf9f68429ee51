"""TLS証明書: an owner's authority, and the server and client certificates that it issues (X.509, P-256)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from todoke.kernel import clock

AUTHORITY_LIFE = timedelta(days=3653)
LEAF_LIFE = timedelta(days=825)
# the other side's clock may be behind ours by as much as the envelope allows
_BACKDATE = timedelta(minutes=5)


def make_authority(key: ec.EllipticCurvePrivateKey, name: str) -> x509.Certificate:
    """A self-signed authority that may sign leaves only (path length 0)."""
    subject = _name(name)
    builder = _builder(subject, subject, key, clock.now() + AUTHORITY_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return builder.sign(key, SHA256())


@dataclass(frozen=True)
class Authority:
    """An owner's authority with its private key, while `keys init` runs."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def server(self, key: ec.EllipticCurvePrivateKey, hosts: Sequence[str]) -> x509.Certificate:
        """For a site's door; `hosts` are DNS names or IP addresses."""
        names = [_host(host) for host in hosts]
        return self._issue(key, hosts[0], names, ExtendedKeyUsageOID.SERVER_AUTH)

    def client(self, key: ec.EllipticCurvePrivateKey, instance: str, party: str) -> x509.Certificate:
        """For a party that knocks at doors."""
        names = [x509.UniformResourceIdentifier(f"urn:todoke:{instance}:{party}")]
        return self._issue(key, party, names, ExtendedKeyUsageOID.CLIENT_AUTH)

    def _issue(
        self,
        key: ec.EllipticCurvePrivateKey,
        common_name: str,
        names: Sequence[x509.GeneralName],
        purpose: x509.ObjectIdentifier,
    ) -> x509.Certificate:
        until = min(clock.now() + LEAF_LIFE, self.certificate.not_valid_after_utc)
        builder = _builder(_name(common_name), self.certificate.subject, key, until)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        for extension, critical in (
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(signs_certificates=False), True),
            (x509.ExtendedKeyUsage([purpose]), True),
            (x509.SubjectAlternativeName(names), False),
            (issuer, False),
        ):
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self.key, SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime
) -> x509.CertificateBuilder:
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - _BACKDATE)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
