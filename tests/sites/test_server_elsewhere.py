"""A server that is not ours: TLS only, an administrator without superuser rights; every connection of a site is encrypted.

Slow, and needs a PostgreSQL with TLS (Debian's package): the wheel's is built without it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from todoke.sites.database.postgres_home import Home, _unprivileged_account, clean_environment
from todoke.sites.instance import Instance
from todoke.sites.ports import free_port

pytestmark = pytest.mark.slow


def binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.fail("a PostgreSQL with TLS is needed: apt-get install postgresql")
    return found[-1].parent


def certificate(folder: Path) -> None:
    """For `localhost`, signed by itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )  # fmt: skip
    (folder / "server.crt").write_bytes(made.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.key").write_bytes(private)
    (folder / "server.key").chmod(0o600)


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of its administrator, who may make databases and roles and no more."""
    folder = Path(mkdtemp(prefix="todoke-elsewhere-"))
    folder.chmod(0o755)
    account = _unprivileged_account() if os.geteuid() == 0 else None
    home = Home(home=folder, data=folder / "data", binaries=binaries(), account=account)
    home.data.mkdir(mode=0o700)
    home.give(home.data)
    done = home.run(
        "initdb", "-D", str(home.data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"
    )
    assert done.returncode == 0, done.stderr
    certificate(home.data)
    for name in ("server.crt", "server.key"):
        home.give(home.data / name)
    shutil.copy(home.data / "server.crt", folder / "root.crt")
    (home.data / "pg_hba.conf").write_text(
        "local all postgres trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n"
    )
    port = free_port()
    server = subprocess.Popen(
        [str(home.binaries / "postgres"), "-D", str(home.data), "-p", str(port), "-c", "ssl=on", "-c", "fsync=off",
         "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={home.data}"],
        env=clean_environment(), cwd="/", stderr=subprocess.DEVNULL, **home.identity,
    )  # fmt: skip
    try:
        ask(f"host={home.data} port={port} user=postgres dbname=postgres")
        yield f"postgresql://chief:secret@localhost:{port}/postgres?sslmode=verify-full&sslrootcert={folder}/root.crt"
    finally:
        server.terminate()
        server.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def ask(superuser: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with psycopg.connect(superuser, autocommit=True) as admin:
                admin.execute("CREATE ROLE chief LOGIN CREATEDB CREATEROLE PASSWORD 'secret'")
            return
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def test_a_site_lives_on_a_server_with_tls_and_no_superuser(elsewhere: str, tmp_path, monkeypatch) -> None:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("TODOKE_", "DJANGO_", "PG"))
    }
    environment = clean | {"TODOKE_DATABASE_URL": elsewhere, "TODOKE_INSTANCE": str(tmp_path / "far")}

    def todoke(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "todoke.cli", *words], env=environment, cwd=tmp_path,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    made = todoke("database", "create", "--name", "far", "--municipality", "14100")
    assert made.returncode == 0, made.stderr
    del environment["TODOKE_DATABASE_URL"]  # the site itself has no administrator's address
    sealed = todoke("oplog", "seal", "city", "--once")
    assert sealed.returncode == 0, sealed.stderr
    instance = Instance.load(tmp_path / "far")
    uri = instance.uri("benefits")
    with psycopg.connect(uri) as app:
        encrypted = "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        assert app.execute(encrypted).fetchone() == (True, "TLSv1.3")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(uri, sslmode="disable")
    with pytest.raises(psycopg.OperationalError, match="certificate"):
        psycopg.connect(uri, sslrootcert=str(other(tmp_path)))


def other(folder: Path) -> Path:
    """Somebody else's certificate."""
    (folder / "other").mkdir()
    certificate(folder / "other")
    return folder / "other" / "server.crt"
