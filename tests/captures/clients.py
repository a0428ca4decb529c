"""The programs whose logs are captured. Each writes its own format and is asked for one page of a condition's far side."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time

from conditions import BROWSER_HOSTS
from servers import LOCAL

LONGEST = 60            # seconds until a client is given up; browsers start slowly
PATIENCE = "3"          # seconds that a client waits for a silent far side, where it can be told

MOZ_LOG = "timestamp,sync,nsHttp:5,nsSocketTransport:5,nsHostResolver:5,pipnss:5,certverifier:5"
# What a new profile does on its own: it would look for hosts that are not there and fill the log with that.
FIREFOX_PREFERENCES = {
    "app.normandy.enabled": False, "app.update.enabled": False, "browser.aboutwelcome.enabled": False,
    "browser.discovery.enabled": False, "browser.newtabpage.enabled": False, "browser.region.network.url": "",
    "browser.safebrowsing.downloads.enabled": False, "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False, "browser.search.geoSpecificDefaults": False,
    "browser.search.update": False, "browser.shell.checkDefaultBrowser": False, "browser.startup.homepage": "about:blank",
    "browser.startup.page": 0, "datareporting.policy.dataSubmissionEnabled": False, "dom.push.enabled": False,
    "extensions.getAddons.cache.enabled": False, "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False, "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
    "network.trr.mode": 5, "network.http.http3.enable": False, "network.dns.disablePrefetch": True,
    "network.prefetch-next": False, "network.predictor.enabled": False, "network.dns.disableIPv6": True,
    "security.OCSP.enabled": 0, "services.settings.server": "data:,", "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.unified": False, "browser.topsites.contile.enabled": False, "dom.security.https_first": False,
    "browser.urlbar.quicksuggest.enabled": False, "network.http.connection-timeout": 8,
    "network.http.tls-handshake-timeout": 8, "security.remote_settings.crlite_filters.enabled": False,
    "security.remote_settings.intermediates.enabled": False, "nimbus.rollouts.enabled": False,
}


def run(command, folder, given=b"", **environment):
    """One client to its end, in `folder`; what it wrote to standard output and standard error. Its status says nothing."""
    variables = {"PATH": os.environ["PATH"], "HOME": folder, "TMPDIR": folder, "LC_ALL": "C.UTF-8", **environment}
    # A group of its own: a browser's children end with it where it is given up.
    process = subprocess.Popen(command, cwd=folder, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True)
    try:
        said, _ = process.communicate(given, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        said, _ = process.communicate()
    return said


def run_until_quiet(command, folder, log, quiet, **environment):
    """One client that never ends by itself: until its log has not grown for `quiet` seconds."""
    variables = {"PATH": os.environ["PATH"], "HOME": folder, "TMPDIR": folder, "LC_ALL": "C.UTF-8", **environment}
    process = subprocess.Popen(command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    end = time.monotonic() + LONGEST
    size, since = 0, end
    while process.poll() is None and time.monotonic() < min(end, since + quiet):
        now = os.path.getsize(log) if os.path.exists(log) else 0
        if now != size:
            size, since = now, time.monotonic()
        time.sleep(0.2)
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)


def read(path):
    """A file's bytes."""
    with open(path, "rb") as stream:
        return stream.read()


def url(condition):
    """The page, with the port where the client cannot be told another way."""
    port = "" if condition.proxy or condition.name == "dns" else ":%d" % condition.port
    return "https://%s%s/" % (condition.host, port)


def trust(certificate, database):
    """Makes an NSS database that trusts one root."""
    os.makedirs(database)
    for arguments in (["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "root", "-i", certificate]):
        subprocess.run(["certutil", "-d", "sql:" + database, *arguments], check=True, capture_output=True)


class Curl:
    """curl -v, as people paste it: standard error and standard output together."""

    formats = ("curl-verbose",)
    command = "curl"

    def capture(self, world, condition):
        """The log by format."""
        command = ["curl", "-v", "--no-progress-meter", "--max-time", PATIENCE, "--cacert", world.ours.certificate]
        if condition.proxy:
            command += ["--proxy", "http://%s:%d" % (LOCAL, condition.port)]
        elif condition.name != "dns":
            command += ["--resolve", "%s:%d:%s" % (condition.host, condition.port, LOCAL)]
        if condition.offer == "old":
            command += ["--tlsv1.0", "--tls-max", "1.0", "--ciphers", "DEFAULT@SECLEVEL=0"]
        else:
            command += ["--tlsv1.2"]
        with tempfile.TemporaryDirectory() as folder:
            return {"curl-verbose": run([*command, url(condition)], folder)}


class Client:
    """openssl s_client, the first tool of many administrators."""

    formats = ("s_client",)
    command = "openssl"

    def capture(self, world, condition):
        """The log by format."""
        where = "%s:443" % condition.host if condition.name == "dns" else "%s:%d" % (LOCAL, condition.port)
        command = ["openssl", "s_client", "-ign_eof", "-servername", condition.host, "-verify_hostname", condition.host,
                   "-verify_return_error", "-CAfile", world.ours.certificate]
        if condition.proxy:
            command += ["-proxy", where, "-connect", "%s:443" % condition.host]
        else:
            command += ["-connect", where]
        command += ["-tls1", "-cipher", "DEFAULT@SECLEVEL=0"] if condition.offer == "old" else ["-no_tls1", "-no_tls1_1"]
        with tempfile.TemporaryDirectory() as folder:
            return {"s_client": run(["timeout", PATIENCE, *command], folder, b"GET / HTTP/1.0\r\n\r\n")}


class Python:
    """A traceback of Python's own urllib over ssl."""

    formats = ("python",)
    command = "/usr/bin/python3"
    program = """
import ssl, sys, urllib.request, http.client, socket
authority, host, port, proxy, offer = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)
context.minimum_version = ssl.TLSVersion.TLSv1_2
if offer == "old":
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("DEFAULT@SECLEVEL=0")
if proxy == "direct":
    resolve = socket.getaddrinfo
    socket.getaddrinfo = lambda name, number, *more: resolve("127.0.0.1" if name != "nowhere.invalid" else name, port, *more)
handlers = [urllib.request.HTTPSHandler(context=context),
            urllib.request.ProxyHandler({"https": "http://127.0.0.1:" + port} if proxy == "proxy" else {})]
print(urllib.request.build_opener(*handlers).open("https://%s/" % host, timeout=3).status)
"""

    def capture(self, world, condition):
        """The log by format."""
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "fetch.py"), "w", encoding="ascii") as stream:
                stream.write(self.program)
            said = run([self.command, "fetch.py", world.ours.certificate, condition.host, str(condition.port),
                        "proxy" if condition.proxy else "direct", condition.offer], folder)
        return {"python": said}


class Chromium:
    """Headless Chromium: a NetLog and chrome_debug.log of the same run."""

    formats = ("netlog", "chrome-debug")
    command = "chromium"

    def capture(self, world, condition):
        """The logs by format; Chromium has no switch for an old offer any more."""
        if condition.offer == "old":
            return {}
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            trust(world.ours.certificate, os.path.join(folder, ".pki", "nssdb"))
            command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                       "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
                       "--user-data-dir=" + os.path.join(folder, "profile"), "--log-net-log=" + os.path.join(folder, "net.json"),
                       "--net-log-capture-mode=Everything", "--enable-logging", "--v=1",
                       "--log-file=" + os.path.join(folder, "chrome_debug.log"), "--timeout=20000", "--dump-dom"]
            rules = ["EXCLUDE nowhere.invalid", "EXCLUDE localhost", "EXCLUDE " + LOCAL]
            if condition.proxy:
                command += ["--proxy-server=http://%s:%d" % (LOCAL, condition.port),
                            "--proxy-bypass-list=" + ";".join(BROWSER_HOSTS)]
            elif condition.name != "dns":
                rules.append("MAP %s:443 %s:%d" % (condition.host, LOCAL, condition.port))
            rules += ["MAP *:443 %s:%d" % (LOCAL, world.background.port), "MAP *:80 %s:%d" % (LOCAL, world.background_plain.port)]
            command.append("--host-resolver-rules=" + ",".join(rules))
            run([*command, "https://%s/" % condition.host], folder)
            return {"netlog": read(os.path.join(folder, "net.json")),
                    "chrome-debug": read(os.path.join(folder, "chrome_debug.log"))}


class Firefox:
    """Headless Firefox ESR with a new profile: its MOZ_LOG, the part of the process that does the networking."""

    formats = ("moz-log",)
    command = "firefox-esr"

    def preferences(self, condition):
        """user.js for the condition."""
        wanted = dict(FIREFOX_PREFERENCES)
        if condition.proxy:
            wanted.update({"network.proxy.type": 1, "network.proxy.ssl": LOCAL, "network.proxy.ssl_port": condition.port})
        else:
            wanted.update({"network.proxy.type": 0})
            if condition.name != "dns":
                wanted.update({"network.dns.localDomains": condition.host})
        if condition.offer == "old":
            wanted.update({"security.tls.version.min": 1, "security.tls.version.max": 1})
        literals = {True: "true", False: "false"}
        return "".join('user_pref("%s", %s);\n' % (
            name, literals[value] if isinstance(value, bool) else '"%s"' % value if isinstance(value, str) else value)
            for name, value in wanted.items())

    def capture(self, world, condition):
        """The log by format: the parts of all processes, the parent's first."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            profile = os.path.join(folder, "profile")
            trust(world.ours.certificate, profile)
            with open(os.path.join(profile, "user.js"), "w", encoding="ascii") as stream:
                stream.write(self.preferences(condition))
            log = os.path.join(folder, "log.moz_log")
            run_until_quiet(["firefox-esr", "--headless", "--no-remote", "--profile", profile, url(condition)], folder, log,
                            15 if condition.name == "timeout" else 5, MOZ_LOG=MOZ_LOG,
                            MOZ_LOG_FILE=log[:-len(".moz_log")], MOZ_DISABLE_CONTENT_SANDBOX="1")
            return {"moz-log": read(log)}


ALL = (Curl, Client, Python, Chromium, Firefox)


def missing():
    """The commands that are not here."""
    wanted = {client.command for client in ALL} | {"certutil"}
    return sorted(name for name in wanted if shutil.which(name) is None)
