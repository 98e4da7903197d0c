"""SMTP servers for tests, by aiosmtpd: without TLS, with STARTTLS, and with TLS from the start.

Prints one JSON object a line: first {"ready": {"plain": PORT, "starttls": PORT, "implicit": PORT,
"ca": PEM}}, then each message that a server accepted or deferred. The servers with TLS accept only the
user `mamori` with the password `mild words`. A recipient whose address begins with `refused` does not
exist. A line on standard input, {"defer": N}, has the next N messages deferred (451). The end of standard
input ends the program.
"""

import asyncio
import datetime
import ipaddress
import json
import os
import ssl
import sys
import tempfile
import threading

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

state = {"defer": 0}


def say(value):
    print(json.dumps(value), flush=True)


def certificate(name, issuer=None, issuer_key=None):
    """Returns a certificate and its key: of an authority, or one that `issuer` issued for a server."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer:
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(issuer_key or key, hashes.SHA256()), key


def server_context(folder):
    """Returns the TLS context of a server at localhost, and the certificate of its authority as PEM."""
    ca, ca_key = certificate("an authority of a test")
    leaf, leaf_key = certificate("localhost", ca, ca_key)
    path = os.path.join(folder, "server.pem")
    with open(path, "wb") as file:
        file.write(
            leaf_key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        file.write(leaf.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, ca.public_bytes(serialization.Encoding.PEM).decode()


class Handler:
    """Says what arrives at the server `name`."""

    def __init__(self, name):
        self.name = name

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            return f"550 5.1.1 <{address}>: no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        is_deferred = state["defer"] > 0
        if is_deferred:
            state["defer"] -= 1
        login = getattr(session.auth_data, "login", None)
        say(
            {
                "server": self.name,
                "deferred": is_deferred,
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "user": login.decode() if login else None,
                "data": envelope.content.decode(),
            }
        )
        return "451 4.3.0 try later" if is_deferred else "250 OK"


def authenticate(server, session, envelope, mechanism, auth_data):
    is_right = auth_data.login == b"mamori" and auth_data.password == b"mild words"
    return AuthResult(success=is_right, handled=is_right, auth_data=auth_data)


def obey():
    for line in sys.stdin:
        state.update(json.loads(line))
        say({"done": True})
    os._exit(0)


async def main():
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory() as folder:
        context, ca = server_context(folder)
    with_login = {"authenticator": authenticate, "auth_required": True}

    def plain():
        return SMTP(Handler("plain"), hostname="localhost")

    def starttls():
        tls = {"tls_context": context, "require_starttls": True}
        return SMTP(Handler("starttls"), hostname="localhost", **tls, **with_login)

    def implicit():
        return SMTP(Handler("implicit"), hostname="localhost", auth_require_tls=False, **with_login)

    ready = {"ca": ca}
    for name, factory, tls in [
        ("plain", plain, None),
        ("starttls", starttls, None),
        ("implicit", implicit, context),
    ]:
        server = await loop.create_server(factory, "127.0.0.1", 0, ssl=tls)
        ready[name] = server.sockets[0].getsockname()[1]
    say({"ready": ready})
    threading.Thread(target=obey, daemon=True).start()
    await asyncio.Event().wait()


asyncio.run(main())
