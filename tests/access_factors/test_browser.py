"""camera.js and passkey.js in a real Chromium, under the policy of the screens: what they post is what the factors take."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from cheroot import wsgi
from django.test import override_settings
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

import todoke.pages
from tests.access_factors import pictures
from tests.access_factors.people import ADMINISTRATOR, TERMINAL, context, who
from tests.browser import ARGUMENTS
from tests.programs import program
from todoke.access.factors import enrolment, passkeys
from todoke.access.factors.cameras import Upload
from todoke.access.factors.face_proof import FaceProof
from todoke.access.factors.passkeys import PasskeyProof
from todoke.access.models import Passkey
from todoke.kernel.errors import ErrorCode
from todoke.pages.security import POLICY

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

SCRIPTS = Path(todoke.pages.__file__).parent / "static" / "todoke"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Pages:
    """A tiny server: pages that hold what the scripts' own comments say a form is, and what was posted last."""

    def __init__(self) -> None:
        self.bodies: dict[str, str] = {}
        self.posted: bytes = b""
        self.kind = ""
        self.server = wsgi.Server(("127.0.0.1", 0), self, numthreads=4)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.server.bind_addr[1]}"

    def show(self, script: str, **values: str) -> str:
        """Put the form out of a script's head comment on a page; its address."""
        text = (SCRIPTS / f"{script}.js").read_text(encoding="utf-8")
        form = re.search(r"<form.*?</form>", text, re.DOTALL)
        assert form
        body = re.sub(r">\s*\(.*?\)$", ">", form[0], flags=re.MULTILINE).replace(
            "{{ options }}", html.escape(values.get("options", ""))
        )
        for old, new in values.items():
            body = body.replace(f'"{old}"', f'"{new}"')
        self.bodies[f"/{script}"] = (
            f'<!doctype html><html lang="ja"><head><title>試験</title><script defer src="/static/{script}.js"></script>'
            f"</head><body>{body}</body></html>"
        )
        return f"{self.address}/{script}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        path = environ["PATH_INFO"]
        kind, body = (
            "text/html; charset=utf-8",
            self.bodies.get(path, "<title>受け付けました</title>").encode(),
        )
        if environ["REQUEST_METHOD"] == "POST":
            self.posted, self.kind = (
                environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])),
                environ["CONTENT_TYPE"],
            )
            body = "<title>受け付けました</title>".encode()
        elif path.startswith("/static/"):
            kind, body = "text/javascript", (SCRIPTS / Path(path).name).read_bytes()
        start_response("200 OK", [("Content-Type", kind), ("Content-Security-Policy", POLICY)])
        return [body]

    def picture(self) -> bytes:
        """The file that a form of several parts brought."""
        message = BytesParser(policy=HTTP).parsebytes(
            b"Content-Type: " + self.kind.encode() + b"\r\n\r\n" + self.posted
        )
        part = next(part for part in message.iter_parts() if part.get_filename())
        assert part["Content-Disposition"].params["name"] == "face"
        content = part.get_content()
        assert isinstance(content, bytes)
        return content

    def field(self, name: str) -> str:
        return parse_qs(self.posted.decode())[name][0]


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    pages = Pages()
    pages.server.prepare()
    thread = Thread(target=pages.server.serve, daemon=True)
    thread.start()
    with override_settings(TODOKE_ORIGINS=[pages.address]):
        yield pages
    pages.server.stop()
    thread.join()


def opened(browser: Browser, **options: Any) -> tuple[BrowserContext, Page, list[str]]:
    """A page in a profile of its own, and a list that collects what the browser complains about."""
    profile = browser.new_context(locale="ja-JP", **options)
    page = profile.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    return profile, page, complaints


@pytest.fixture(scope="module")
def with_camera(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium whose camera shows the astronaut."""
    frame = Image.new("RGB", (640, 480), "grey")
    frame.paste(pictures.astronaut().resize((480, 480)), (80, 0))
    film = tmp_path_factory.mktemp("camera") / "astronaut.mjpeg"
    film.write_bytes(bytes(pictures.jpeg(frame)) * 30)
    camera = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    browser = chromium.browser_type.launch(executable_path=program("chromium"), args=[*ARGUMENTS, *camera])
    yield browser
    browser.close()


@pytest.mark.slow
def test_the_camera_by_keyboard_alone(
    with_camera: Browser, pages: Pages, staff: str, astronaut: bytes
) -> None:
    profile, page, complaints = opened(with_camera)
    with profile:
        page.goto(pages.show("camera"))
        assert not page.get_by_text("撮影しました").is_visible()
        page.get_by_role("button", name="カメラを使う").focus()
        page.keyboard.press("Enter")
        page.get_by_text("「撮影する」を押してください").wait_for()
        assert page.get_by_label("カメラの映像").is_visible()
        assert page.locator(":focus").inner_text() == "撮影する"
        page.keyboard.press("Enter")
        page.get_by_text("撮影しました").wait_for()
        assert page.get_by_role("img", name="撮影した写真").is_visible()
        assert page.locator(":focus").inner_text() == "サインイン"
        page.keyboard.press("Enter")
        page.wait_for_function("document.title === '受け付けました'")
    assert complaints == []
    enrolment.link_face(staff_id="cl1", camera=Upload(astronaut), by=ADMINISTRATOR)
    assert FaceProof(camera=Upload(pages.picture()))("cl1", context("cl1")).accepted


@pytest.mark.slow
def test_no_camera_says_so_and_leaves_the_file(chromium: Browser, pages: Pages) -> None:
    profile, page, _ = opened(chromium)
    with profile:
        page.goto(pages.show("camera"))
        page.get_by_role("button", name="カメラを使う").click()
        page.get_by_text("カメラを使えません").wait_for()
        assert page.locator(":focus").get_attribute("name") == "face"


@pytest.mark.slow
def test_without_javascript_the_file_field_sends_the_picture(
    chromium: Browser,
    pages: Pages,
    astronaut: bytes,
) -> None:
    profile, page, _ = opened(chromium, java_script_enabled=False)
    with profile:
        page.goto(pages.show("camera"))
        assert not page.get_by_role("button", name="カメラを使う").is_visible()
        field = page.locator("input[type=file]")
        assert (field.get_attribute("capture"), field.get_attribute("accept")) == (
            "user",
            "image/jpeg,image/png",
        )
        field.set_input_files({"name": "me.jpg", "mimeType": "image/jpeg", "buffer": astronaut})
        page.get_by_role("button", name="サインイン").click()
        page.wait_for_url("**/camera")
    assert pages.picture() == astronaut


@pytest.mark.slow
def test_a_passkey_of_the_browser(chromium: Browser, pages: Pages, staff: str) -> None:
    """Registered and used in Chromium, checked by the same code as any other; nothing without user verification."""
    profile, page, complaints = opened(chromium)
    with profile:
        devtools = profile.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

        def use(options: str, ceremony: str) -> str:
            page.goto(pages.show("passkey", options=options, get=ceremony))
            page.get_by_role("button", name="パスキーで確認する").press("Enter")
            page.wait_for_function("document.title === '受け付けました'")
            return pages.field("passkey")

        passkeys.invite(staff_id="cl1", terminal=TERMINAL, by=ADMINISTRATOR)
        passkeys.register(response=use(passkeys.registration_options(by=who("cl1")), "create"), by=who("cl1"))
        assert Passkey.objects.using(staff).get().staff_id == "cl1"
        for _ in range(2):
            answer = use(passkeys.proof_options(who=who("cl1")), "get")
            assert PasskeyProof(answer)("cl1", context("cl1")).accepted
        again = PasskeyProof(answer)("cl1", context("cl1"))
        assert again.refusal is not None
        assert again.refusal.code is ErrorCode.CHALLENGE_SPENT

        verified = {"authenticatorId": added["authenticatorId"], "isUserVerified": False}
        devtools.send("WebAuthn.setUserVerified", verified)
        page.goto(pages.show("passkey", options=passkeys.proof_options(who=who("cl1")), get="get"))
        page.get_by_role("button", name="パスキーで確認する").click()
        page.get_by_text("パスキーを使えませんでした").wait_for()
    assert complaints == []
