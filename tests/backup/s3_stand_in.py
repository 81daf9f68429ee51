"""So much of S3 as a copy needs, spoken over HTTP, kept in a dict: what AWS's own client asks of a bucket it must answer rightly."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_FRAME = re.compile(rb"([0-9a-fA-F]+)[^\r]*\r\n")
_XML = '<?xml version="1.0" encoding="UTF-8"?>'


class Store:
    """The objects by `bucket/key`; with `room`, no more bytes than that."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.room: int | None = None
        self.signed = True

    def full(self, data: bytes) -> bool:
        return self.room is not None and sum(map(len, self.objects.values())) + len(data) > self.room


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: Store

    def log_message(self, *_: object) -> None:
        """Nobody listens."""

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def asked(self) -> tuple[str, dict[str, str]]:
        self.store.signed &= "AWS4-HMAC-SHA256" in self.headers.get("Authorization", "")
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        return unquote(parts.path).lstrip("/"), query

    def body(self) -> bytes:
        """What was sent, without the frames of HTTP's own `chunked`, nor those of S3's `aws-chunked`."""
        data = self.chunked() if self.headers.get("Transfer-Encoding") else self.rfile.read(self.length())
        return _framed(data) if "aws-chunked" in self.headers.get("Content-Encoding", "") else data

    def length(self) -> int:
        return int(self.headers.get("Content-Length", 0))

    def chunked(self) -> bytes:
        found = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            found.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(found)

    def do_HEAD(self) -> None:
        name, _ = self.asked()
        if "/" not in name:
            return self.answer(200)
        data = self.store.objects.get(name)
        if data is None:
            return self.answer(404)
        return self.answer(200, Content_Length=str(len(data)), Last_Modified="Thu, 26 Nov 2026 00:00:00 GMT")

    def do_GET(self) -> None:
        name, query = self.asked()
        if "/" not in name:
            return self.answer(200, self.listing(name, query).encode(), Content_Type="application/xml")
        data = self.store.objects.get(name)
        if data is None:
            return self.answer(404, f"{_XML}<Error><Code>NoSuchKey</Code></Error>".encode())
        given = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if given is None:
            return self.answer(200, data)
        last = min(int(given[2] or len(data)), len(data) - 1)
        piece = data[int(given[1]) : last + 1]
        return self.answer(206, piece, Content_Range=f"bytes {given[1]}-{last}/{len(data)}")

    def listing(self, bucket: str, query: dict[str, str]) -> str:
        """ListObjectsV2, a page of one key so that its continuation is used, too."""
        prefix, after = query.get("prefix", ""), query.get("continuation-token", "")
        names = sorted(
            key for full in self.store.objects if (key := full.removeprefix(f"{bucket}/")) != full and key.startswith(prefix)
        )  # fmt: skip
        left = [name for name in names if name > after]
        shown = "".join(
            f"<Contents><Key>{escape(name)}</Key><Size>{len(self.store.objects[f'{bucket}/{name}'])}</Size>"
            "<LastModified>2026-11-26T00:00:00.000Z</LastModified></Contents>"
            for name in left[:1]
        )
        more = f"<NextContinuationToken>{escape(left[0])}</NextContinuationToken>" if len(left) > 1 else ""
        return (
            f"{_XML}<ListBucketResult><Name>{bucket}</Name><KeyCount>{len(left[:1])}</KeyCount>"
            f"<IsTruncated>{str(len(left) > 1).lower()}</IsTruncated>{more}{shown}</ListBucketResult>"
        )

    def do_PUT(self) -> None:
        name, query = self.asked()
        data = self.body()
        if self.store.full(data):
            return self.answer(507, f"{_XML}<Error><Code>InsufficientStorage</Code></Error>".encode())
        if "uploadId" in query:
            self.store.uploads[query["uploadId"]][int(query["partNumber"])] = data
        else:
            self.store.objects[name] = data
        return self.answer(200, ETag=f'"{hashlib.md5(data).hexdigest()}"')

    def do_POST(self) -> None:
        name, query = self.asked()
        said = self.body().decode()
        bucket, _, key = name.partition("/")
        if "delete" in query:
            for gone in re.findall("<Key>([^<]*)</Key>", said):
                self.store.objects.pop(f"{bucket}/{gone}", None)
            return self.answer(200, f"{_XML}<DeleteResult/>".encode(), Content_Type="application/xml")
        if "uploads" in query:
            upload = str(len(self.store.uploads))
            self.store.uploads[upload] = {}
            inner = f"<Bucket>{bucket}</Bucket><Key>{escape(key)}</Key><UploadId>{upload}</UploadId>"
            text = f"{_XML}<InitiateMultipartUploadResult>{inner}</InitiateMultipartUploadResult>"
        else:
            pieces = self.store.uploads.pop(query["uploadId"])
            self.store.objects[name] = b"".join(pieces[number] for number in sorted(pieces))
            text = f'{_XML}<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>'
        return self.answer(200, text.encode(), Content_Type="application/xml")

    def do_DELETE(self) -> None:
        name, query = self.asked()
        if "uploadId" in query:
            self.store.uploads.pop(query["uploadId"], None)
        else:
            self.store.objects.pop(name, None)
        self.answer(204)


def _framed(data: bytes) -> bytes:
    """The content of a body whose every piece stands behind `size;chunk-signature=…`."""
    found, at = [], 0
    while (match := _FRAME.match(data, at)) and (size := int(match[1], 16)):
        found.append(data[match.end() : match.end() + size])
        at = match.end() + size + 2
    return b"".join(found)


@contextmanager
def serving() -> Iterator[tuple[str, Store]]:
    """Its address (host:port) and what it holds."""
    store = Store()
    door = ThreadingHTTPServer(("127.0.0.1", 0), type("Door", (_Door,), {"store": store}))
    threading.Thread(target=door.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{door.server_port}", store
    finally:
        door.shutdown()
        door.server_close()
