"""The conditions of the captures: a far side each, its name, and what the clients do differently."""

import servers
from authority import PAST, Authority

# Hosts that a new Chromium asks on its own.
BROWSER_HOSTS = ("google.com", "*.google.com", "*.googleapis.com", "*.gstatic.com")
DOMAIN = "contoso.example"          # RFC 2606: belongs to nobody


class Condition:
    """One set-up. `proxy` means that the server is a proxy; `offer` "old" that the client offers TLS 1.0 only."""

    def __init__(self, name, host, make, proxy=False, offer="default"):
        self.name = name
        self.host = host
        self.make = make
        self.proxy = proxy
        self.offer = offer
        self.server = None

    @property
    def port(self):
        """Where its server listens."""
        return self.server.port

    def __enter__(self):
        self.server = self.make()
        return self

    def __exit__(self, *_):
        self.server.close()


class World:
    """The authorities, the certificates and the conditions."""

    def __init__(self, folder):
        self.ours = Authority(folder, "ours", "/O=Contoso/CN=Contoso Test Root")
        self.others = Authority(folder, "others", "/O=Somebody/CN=Somebody's Root")
        self.background = self.background_plain = None
        self.inspecting = Authority(folder, "inspecting", "/O=Zscaler Inc./CN=Zscaler Root CA")

    def __enter__(self):
        """Starts what answers a browser's own requests, which would fail on a machine without a network."""
        self.background = servers.Openssl(self.ours.issue("browser.%s" % DOMAIN, names=BROWSER_HOSTS))
        self.background_plain = servers.Small(servers.answer_nothing_new)
        return self

    def __exit__(self, *_):
        self.background.close()
        self.background_plain.close()

    def conditions(self):
        """All of them, in the order of the table of docs/captures.md."""
        def openssl(host, *options, authority=self.ours, **more):
            pair = authority.issue(host, **more)
            return lambda: servers.Openssl(pair, *options)

        def named(name):
            return "%s.%s" % (name, DOMAIN)

        weak = "DEFAULT@SECLEVEL=0"
        inspected = openssl(named("inspected"), authority=self.inspecting)
        return [
            Condition("healthy", named("healthy"), openssl(named("healthy"))),
            Condition("old-server", named("old"), openssl(named("old"), "-tls1", "-cipher", weak)),
            Condition("old-offer", named("new"), openssl(named("new"), "-no_tls1", "-no_tls1_1"), offer="old"),
            Condition("no-common-cipher", named("ciphers"),
                      openssl(named("ciphers"), "-tls1_2", "-cipher", "ADH-AES128-SHA:@SECLEVEL=0")),
            Condition("untrusted", named("untrusted"), openssl(named("untrusted"), authority=self.others)),
            Condition("expired", named("expired"), openssl(named("expired"), times=PAST)),
            Condition("misnamed", named("misnamed"), openssl(named("elsewhere"))),
            Condition("client-certificate", named("members"),
                      openssl(named("members"), "-Verify", "1", "-CAfile", self.ours.certificate)),
            Condition("inspected", named("inspected"), lambda: servers.Tunnel(inspected()), proxy=True),
            Condition("plain-http", named("plain"), lambda: servers.Small(servers.answer_plain)),
            Condition("reset", named("reset"), lambda: servers.Small(servers.answer_reset)),
            Condition("refused", named("refused"), servers.Nobody),
            Condition("timeout", named("silent"), lambda: servers.Small(servers.answer_silence)),
            Condition("dns", "nowhere.invalid", servers.Nobody),
            Condition("proxy-login", named("beyond"), lambda: servers.Small(servers.answer_login), proxy=True),
            Condition("proxy-dead", named("beyond"), servers.Nobody, proxy=True),
        ]
