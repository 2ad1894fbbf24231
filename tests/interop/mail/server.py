"""A mail server that takes mail for nobody: aiosmtpd on a free loopback port, which it prints.

server.py CERTIFICATE KEY USER PASSWORD [--tls]
"""

import asyncio
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


async def main():
    certificate, key, user, password, *options = sys.argv[1:]
    is_direct = "--tls" in options
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    def authenticate(server, session, envelope, mechanism, data):
        known = data.login == user.encode() and data.password == password.encode()
        return AuthResult(success=known, handled=False)

    def session():
        return SMTP(
            object(),
            hostname="mail.test",
            authenticator=authenticate,
            auth_require_tls=not is_direct,
            tls_context=None if is_direct else context,
        )

    loop = asyncio.get_running_loop()
    direct = context if is_direct else None
    server = await loop.create_server(session, "127.0.0.1", 0, ssl=direct)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
