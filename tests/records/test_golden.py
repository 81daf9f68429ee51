"""Golden bytes of every fixed-length layout, both ways."""

from __future__ import annotations

from tests.records import samples
from todoke.records.fixed import LineEnd
from todoke.records.layouts import inquiry_answer_v2021 as answer
from todoke.records.layouts import inquiry_request_v2021 as request
from todoke.records.layouts import zengin_transfer_v2019 as zengin


def test_inquiry_request() -> None:
    data = b"".join(samples.golden("inquiry_request_v2021"))
    assert request.encode(samples.COMMON, samples.requests()) == data
    assert request.decode(data) == (samples.COMMON, samples.requests())


def test_inquiry_answer() -> None:
    data = b"".join(samples.golden("inquiry_answer_v2021"))
    assert answer.encode(samples.answers()) == data
    assert answer.decode(data) == samples.answers()


def test_zengin_transfer_without_and_with_line_ends() -> None:
    records = samples.golden("zengin_transfer_v2019")
    plain, lines = b"".join(records), b"".join(record + b"\r\n" for record in records)
    assert zengin.encode(samples.HEADER, samples.payments()) == plain
    assert zengin.encode(samples.HEADER, samples.payments(), line_end=LineEnd.CRLF) == lines
    assert zengin.decode(plain) == zengin.decode(lines) == (samples.HEADER, samples.payments())
