"""Mail by smtplib against a real SMTP server: what arrives, what is refused, and what makes a repeat harmless."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import ValidationError

from connectors.mail.connector import Mail
from connectors.mail.settings import Settings
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import ContractError, CredentialsError, TransientError
from domain.values import Value
from simulator.tls import Certificate, make_certificate
from tests.rig import FixedClock, KeptWire, surroundings
from tests.unit.sync.looping import NOON

FAY = "fay.rep@acme.example"
SECRET = "correct horse"


@dataclass
class Post:
    """What the server does with mail: `answers` come first, one per mail; `drops`: it hangs up after the mail is in."""

    mails: list[Message] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    drops: bool = False

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answers:
            return self.answers.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(BytesParser(policy=default).parsebytes(content))
        if self.drops:
            assert server.transport is not None
            server.transport.close()
        return "250 OK"

    def authenticated(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and data.password == SECRET.encode()
        return AuthResult(success=good, handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"), "127.0.0.1")


@contextmanager
def server(post: Post, **more: Any) -> Iterator[Controller]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


def mail(controller: Controller, *, wire: KeptWire | None = None, **more: Any) -> Mail:
    given = {"host": "127.0.0.1", "port": controller.port, "security": "none", "sender": "leadloop@acme.example"}
    settings = Settings.model_validate({**given, **more})
    return Mail(settings, surroundings("post", FixedClock(NOON), wire=wire))


def notice(key: str = "k1", **more: Value) -> Change:
    values: dict[str, Value] = {"to": FAY, "subject": "Ana waits", "text": "Ana Ruiz waits\nDue 14:05", **more}
    return Change(key=key, kind=ChangeKind.CREATE, object="message", values=values, unique="key")


def sent(connector: Mail, *changes: Change) -> list[Receipt]:
    return list(connector.write(changes))


@pytest.fixture
def post() -> Post:
    return Post()


def test_a_mail_arrives_as_it_was_meant(post: Post) -> None:
    with server(post) as smtp:
        (receipt,) = sent(mail(smtp, sender="leadloop <leadloop@acme.example>"), notice())
    (one,) = post.mails
    assert receipt == Receipt(key="k1", outcome=ReceiptOutcome.APPLIED, id="<k1@acme.example>")
    assert (one["To"], one["Subject"], one["From"]) == (FAY, "Ana waits", "leadloop <leadloop@acme.example>")
    assert (one["Message-ID"], one["Auto-Submitted"]) == ("<k1@acme.example>", "auto-generated")
    assert str(one.get_payload()).splitlines() == ["Ana Ruiz waits", "Due 14:05"]


def test_a_repeat_after_a_lost_answer_has_the_same_message_id(post: Post) -> None:
    with server(post) as smtp:
        post.drops = True
        with pytest.raises(TransientError) as raised:
            sent(mail(smtp), notice())
        post.drops = False
        sent(mail(smtp), notice())
    assert raised.value.sent
    assert [one["Message-ID"] for one in post.mails] == ["<k1@acme.example>"] * 2


def test_an_address_that_is_refused_keeps_no_other_mail_from_being_sent(post: Post) -> None:
    post.refuses = {"gone@acme.example": "550 5.1.1 <gone@acme.example> no such user"}
    with server(post) as smtp:
        refused, applied = sent(mail(smtp), notice(to="gone@acme.example"), notice("k2"))
    assert (refused.outcome, refused.code, refused.retryable) == (ReceiptOutcome.REFUSED, "SMTP_550", False)
    assert "gone@" not in refused.message
    assert applied.outcome is ReceiptOutcome.APPLIED


def test_a_server_that_is_busy_is_asked_again_later(post: Post) -> None:
    post.answers = ["451 4.3.0 try again"]
    with server(post) as smtp:
        later, applied = sent(mail(smtp), notice(), notice("k2"))
    assert (later.outcome, later.retryable, applied.outcome) == (ReceiptOutcome.REFUSED, True, ReceiptOutcome.APPLIED)


@pytest.mark.parametrize("address", ["", "nobody", "fay@acme.example\r\nBcc: all@acme.example", "fäy@acme.example"])
def test_an_address_that_cannot_be_written_is_refused(post: Post, address: str) -> None:
    with server(post) as smtp:
        refused, applied = sent(mail(smtp), notice(to=address), notice("k2"))
    assert (refused.outcome, refused.code, applied.outcome) == (
        ReceiptOutcome.REFUSED,
        "bad_address",
        ReceiptOutcome.APPLIED,
    )


def test_a_name_with_a_line_break_adds_no_header(post: Post) -> None:
    with server(post) as smtp:
        sent(mail(smtp), notice(subject="Ana\r\nBcc: all@acme.example", text="héllo 🦊"))
    (one,) = post.mails
    assert (one["Subject"], one["Bcc"]) == ("Ana Bcc: all@acme.example", None)
    assert one.get_payload(decode=True) == "héllo 🦊\r\n".encode()


def test_starttls_and_a_login_are_used(post: Post, certificate: Certificate) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    guarded = {"tls_context": context, "require_starttls": True, "authenticator": post.authenticated}
    with server(post, **guarded) as smtp:
        good: dict[str, Any] = {
            "security": "starttls",
            "ca_file": str(certificate.authority),
            "user": "loop",
            "password": SECRET,
        }
        assert mail(smtp, **good).account().user == "loop"
        assert sent(mail(smtp, **good), notice())[0].outcome is ReceiptOutcome.APPLIED
        with pytest.raises(CredentialsError, match=r"does not let us in \(535\)"):
            mail(smtp, **{**good, "password": "wrong"}).account()
        with pytest.raises(CredentialsError, match="certificate cannot be trusted"):
            mail(smtp, **{**good, "ca_file": None}).account()


def test_tls_from_the_first_byte_is_used(post: Post, certificate: Certificate) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    with server(post, ssl_context=context) as smtp:
        connector = mail(smtp, security="tls", ca_file=str(certificate.authority))
        assert sent(connector, notice())[0].outcome is ReceiptOutcome.APPLIED


def test_a_server_without_what_is_asked_for_says_so(post: Post) -> None:
    with server(post) as smtp, pytest.raises(ContractError, match="does not offer"):
        mail(smtp, security="starttls").account()


def test_a_server_that_is_away_has_taken_nothing(post: Post) -> None:
    with server(post) as smtp:
        connector = mail(smtp)
    with pytest.raises(TransientError) as raised:
        sent(connector, notice())
    assert not raised.value.sent


def test_neither_address_nor_name_nor_password_is_logged(post: Post) -> None:
    wire = KeptWire()
    with server(post) as smtp:
        connector = mail(smtp, wire=wire, user="loop", password=SECRET)
        told = repr(connector) + repr(Settings(sender="a@acme.example", host="x", user="u", password=SECRET))
        sent(mail(smtp, wire=wire), notice())
    assert len(wire.exchanges) == 1
    for secret in (FAY, "Ana", SECRET):
        assert secret not in told + wire.text()


@pytest.mark.parametrize(
    "given",
    [{"sender": "nobody"}, {"sender": "a@acme.example\nBcc: x"}, {"user": "u"}, {"host": ""},
     {"security": "none", "user": "u", "password": "p", "host": "smtp.acme.example"}],
    ids=["no address", "a second header", "half a login", "no host", "a password in the clear"],
)  # fmt: skip
def test_settings_that_cannot_work_are_refused(given: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"host": "smtp.acme.example", "sender": "leadloop@acme.example", **given})


def test_a_page_travels_as_a_file_byte_for_byte(post: Post) -> None:
    page = f"<!doctype html>\n<p>{'Lefèvre · ' * 500}</p>\r\n.\n"
    with server(post) as smtp:
        sent(mail(smtp), notice(page=page, file_name="week-2026-08-31.html"))
    (one,) = post.mails
    assert isinstance(one, EmailMessage)
    (file,) = one.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("text/html", "week-2026-08-31.html")
    assert file.get_param("charset") == "utf-8"
    assert file.get_payload(decode=True) == page.encode()
    body = one.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["Ana Ruiz waits", "Due 14:05"]


def test_what_stands_in_subject_and_file_name_makes_no_header_of_its_own(post: Post) -> None:
    evil = "week\r\nBcc: all@acme.example\r\n\r\nbody"
    with server(post) as smtp:
        sent(mail(smtp), notice(subject=evil, page="<p>", file_name=evil))
    (one,) = post.mails
    assert (one["Bcc"], one["Subject"]) == (None, "week Bcc: all@acme.example body")
    assert [each.get_content_type() for each in one.walk()] == ["multipart/mixed", "text/plain", "text/html"]
    assert [each["Bcc"] for each in one.walk()] == [None] * 3
