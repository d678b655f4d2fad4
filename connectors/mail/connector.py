"""Sends notices by SMTP, each a mail of its own.

The same notice has the same Message-ID, by which mail servers and readers know a mail that they have already: that is
what makes a repeat harmless when the answer to the first was lost.
"""

import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr

from pydantic import BaseModel

from connectors.abilities import Carries
from connectors.contract import Exchange, Surroundings
from connectors.mail.settings import Security, Settings
from domain.change import Change, Receipt, ReceiptOutcome
from domain.errors import ContractError, CredentialsError, LeadloopError, SettingsError, TransientError
from domain.record import AccountInfo
from domain.values import Value, from_text

TIMEOUT_S = 30.0
BUSY = range(400, 500)
"""Answers that ask to come back later."""
AUTH = frozenset({530, 534, 535, 538})


class Mail:
    """One SMTP server."""

    repeatable = True
    carries = Carries.FILE

    def __init__(self, settings: BaseModel, surroundings: Surroundings) -> None:
        if not isinstance(settings, Settings):
            raise SettingsError(f"connection {surroundings.connection}: these are not settings of mail")
        self._settings = settings
        self._surroundings = surroundings

    @property
    def name(self) -> str:
        return self._surroundings.connection

    def account(self) -> AccountInfo:
        """Log in and say nothing. Another server is no other account: nothing is kept there."""
        with self._server() as server, _named(self.name, sent=False):
            server.noop()
        place = f"{self._settings.host}:{self._settings.at_port}"
        return AccountInfo(account_id="mail", name=place, user=self._settings.user or "")

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """One login for all of them; a mail that is refused keeps no other from being sent."""
        with self._server() as server:
            for change in changes:
                yield self._send(server, change)

    def _send(self, server: smtplib.SMTP, change: Change) -> Receipt:
        try:
            mail = self._mail(change)
        except ValueError:
            return _refused(change, "bad_address", "its address cannot be written in a mail. Mend it in routing.yaml")
        began = self._surroundings.clock.now()
        outcome = "failed"
        try:
            with _named(self.name, sent=True):
                server.send_message(mail)
            outcome = "250"
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0] if error.recipients else 550
            outcome = str(code)
            return self._turned_away(server, change, code)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            outcome = str(error.smtp_code)
            return self._turned_away(server, change, error.smtp_code)
        finally:
            self._log(outcome, began_at=began, size=len(change.values))
        return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED, id=str(mail["Message-ID"]))

    def _turned_away(self, server: smtplib.SMTP, change: Change, code: int) -> Receipt:
        """The server's own words are left out: they repeat the address."""
        with suppress(smtplib.SMTPException, OSError):
            server.rset()
        if code in AUTH:
            raise CredentialsError(_not_let_in(self.name, code))
        message = f"the mail server answered {code}: " + (
            "it asks to come back later" if code in BUSY else "it does not take mail from our sender to this address"
        )
        return _refused(change, f"SMTP_{code}", message, retryable=code in BUSY)

    def _mail(self, change: Change) -> EmailMessage:
        values, at = change.values, change.values.get("at")
        mail = EmailMessage()
        mail["From"] = self._settings.sender
        mail["To"] = str(values.get("to") or "")
        mail["Subject"] = " ".join(str(values.get("subject") or "leadloop").split())
        mail["Message-ID"] = f"<{change.key}@{self._domain()}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Date"] = from_text(at) if isinstance(at, str) else self._surroundings.clock.now()
        mail.set_content(str(values.get("text") or ""))
        _attach(mail, values)
        if "@" not in parseaddr(mail["To"])[1] or not mail["To"].isascii():
            raise ValueError(change.key)
        return mail

    def _domain(self) -> str:
        return parseaddr(self._settings.sender)[1].rpartition("@")[2]

    @contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        settings = self._settings
        with _named(self.name, sent=False):
            server = self._connected()
        try:
            if settings.user is not None and settings.password is not None:
                with _named(self.name, sent=False):
                    server.login(settings.user, settings.password.get_secret_value())
            yield server
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        trusted = ssl.create_default_context(cafile=settings.ca_file)
        if settings.security is Security.TLS:
            return smtplib.SMTP_SSL(settings.host, settings.at_port, timeout=TIMEOUT_S, context=trusted)
        server = smtplib.SMTP(settings.host, settings.at_port, timeout=TIMEOUT_S)
        if settings.security is Security.STARTTLS:
            try:
                server.starttls(context=trusted)
            except (smtplib.SMTPException, OSError):
                server.close()
                raise
        return server

    def _log(self, outcome: str, *, began_at: datetime, size: int) -> None:
        self._surroundings.wire.keep(
            Exchange(
                connection=self.name,
                method="SMTP",
                path=f"/{self._settings.host}",
                status=int(outcome) if outcome.isdigit() else None,
                started_at=began_at,
                seconds=(self._surroundings.clock.now() - began_at).total_seconds(),
                request=f"<a mail of {size} values>",
                response=outcome,
            )
        )


def _attach(mail: EmailMessage, values: Mapping[str, Value]) -> None:
    """The page as a file, byte for byte: as text it would be wrapped at every server's own width."""
    page = values.get("page")
    if isinstance(page, str):
        name = " ".join(str(values.get("file_name") or "report.html").split())
        mail.add_attachment(page.encode(), maintype="text", subtype="html", params={"charset": "utf-8"}, filename=name)


def _refused(change: Change, code: str, message: str, *, retryable: bool = False) -> Receipt:
    return Receipt(key=change.key, outcome=ReceiptOutcome.REFUSED, code=code, message=message, retryable=retryable)


@contextmanager
def _named(connection: str, *, sent: bool) -> Iterator[None]:
    """What smtplib and the socket raise, as an error named by what happens next. Refusals of one mail pass."""
    try:
        yield
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError):
        raise
    except smtplib.SMTPNotSupportedError as error:
        raise ContractError(
            f"connection '{connection}': the mail server does not offer what leadloop.yaml asks for. "
            "Look at its `security`, `port` and `user`"
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        raise _as_ours(connection, error, sent=sent) from error


def _as_ours(connection: str, error: Exception, *, sent: bool) -> LeadloopError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return CredentialsError(
            f"connection '{connection}': the mail server's certificate cannot be trusted. Check `host`; for a "
            "private authority set ca_file"
        )
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return CredentialsError(_not_let_in(connection, error.smtp_code))
    told = f" ({error.smtp_code})" if isinstance(error, smtplib.SMTPResponseException) else ""
    return TransientError(
        f"connection '{connection}': the mail server does not answer as it should: {type(error).__name__}{told}",
        sent=sent,
    )


def _not_let_in(connection: str, code: int) -> str:
    return (
        f"connection '{connection}': the mail server does not let us in ({code}). Look at `user` and `password` in "
        "leadloop.yaml; many providers want an app password"
    )
