"""Logs come from customers and strangers: secrets must not leave, and nothing may act on its reader."""

import os
import re

from support.runner import need, short

FORMATS = ("text", "json", "ndjson")

# Secrets on the very lines that are evidence, so that they stand in an excerpt.
NEAR = {
    "password in a connection string": "Pl4nted-Pa55word",
    "client secret": "n0t~A.Real-Secret_8Q",
    "user's mail address": "planted.person@contoso.example",
    "bearer token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlLXBsYW50ZWQ",
}
# Secrets elsewhere in the log.
FAR = {
    "basic authorization": "cGxhbnRlZDpzZWNyZXQtYmFzaWM=",
    "refresh token in a form": "0.AXoA-planted-refresh-token-71",
    "cookie": "planted-cookie-value-5512",
    "password in a URL": "Url-Pl4nted-9",
    "password in JSON": "Json-Pl4nted-7",
    "second mail address": "other.planted@fabrikam.example",
}

SECRET_TRACE = """Microsoft.Xrm.Tooling.Connector.CrmServiceClient Information: 8 : Initialize CRM connection Started - AuthType: OAuth
Microsoft.Xrm.Tooling.Connector.CrmServiceClient Information: 8 : POST https://svc:{url}@login.contoso.example/token?x=1 grant_type=refresh_token&refresh_token={refresh}&scope=openid
Microsoft.Xrm.Tooling.Connector.CrmServiceClient Information: 8 : Authorization: Basic {basic}
Microsoft.Xrm.Tooling.Connector.CrmServiceClient Information: 8 : Cookie: CrmOwinAuth={cookie}; path=/
Microsoft.Xrm.Tooling.Connector.CrmServiceClient Information: 8 : {{"username": "{mail2}", "password": "{json}"}}
Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : ERROR REQUESTING Token FROM THE Authentication context Username={mail};Password={password};
Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : Source\t: System
Method\t: GetResponse
Error\t: The underlying connection was closed: An unexpected error occurred on a send. ClientSecret={secret};
Stack Trace\t: at System.Net.HttpWebRequest.GetResponse()
   at System.Net.Security.SslState.StartReceiveBlob(Byte[] buffer, AsyncProtocolRequest asyncRequest) Authorization: Bearer {bearer}
======================================================================================================================
"""


def secret_trace():
    """A failed login with every kind of secret in it."""
    near, far = list(NEAR.values()), list(FAR.values())
    return SECRET_TRACE.format(password=near[0], secret=near[1], mail=near[2], bearer=near[3], basic=far[0],
                               refresh=far[1],
                               cookie=far[2], url=far[3], json=far[4], mail2=far[5])


def check_redaction(tool, form):
    """No secret in any output, whatever the format and however much it prints."""
    path = tool.file("trace.log", secret_trace())
    for more in ((), ("--all",), ("-v",), ("--all", "-v", "--stats")):
        result = tool.run("--format", form, *more, path)
        need(result.status == 1, "status %d" % result.status)
        everything = result.text + result.messages
        for what, secret in {**NEAR, **FAR}.items():
            need(secret not in everything, "%s: prints the %s" % (more, what))
            need(secret.split("@")[0] not in everything, "%s: prints a part of the %s" % (more, what))


def check_no_redact(tool, form):
    """--no-redact prints the evidence as it stands."""
    path = tool.file("trace.log", secret_trace())
    result = tool.run("--format", form, "--no-redact", "--all", "-v", path)
    everything = result.text
    found = [what for what, secret in NEAR.items() if secret in everything]
    need(found, "no secret of the evidence is printed: %s" % short(everything))
    if form in ("json", "ndjson"):
        need(NEAR["client secret"] in everything,
             "the line of the send failure is printed without its end: only %s" % found)


def check_redaction_stable(tool):
    """The same person has the same placeholder, two persons have two."""
    line = "ERROR REQUESTING Token FROM THE Authentication context - AADSTS50126: Error validating credentials due to invalid username or password. User %s"
    names = ("anna@contoso.example", "bert@contoso.example", "anna@contoso.example")
    excerpts = []
    for name in names:
        report, _ = tool.json(tool.file("trace.log", line % name + "\n"))
        need(report["diagnoses"], "no diagnosis of a wrong password")
        excerpts.append(report["diagnoses"][0]["evidence"][0]["excerpt"])
        need(name not in excerpts[-1], "prints a mail address")
    need(excerpts[0] == excerpts[2] and excerpts[0] != excerpts[1],
         "placeholders are not stable: %s" % excerpts)


ESCAPES = ("\x1b[2J", "\x1b]0;planted title\x07", "\x1b[31m", "\u009b31m", "\x08\x08\x08", "\x7f",
           "\u202etxt.exe\u202c")


def hostile_trace():
    """A failure whose evidence is full of terminal escapes, markup and other tricks."""
    evil = "".join(ESCAPES)
    return ("Attempting to Connect to Uri https://contoso.crm.dynamics.com/%s\r\n"
            "Error\t: The underlying connection was closed: An unexpected error occurred on a send. %s <script>alert(1)</script> | a | ![x](http://192.0.2.1/x) `\r\n"
            "   at System.Net.Security.SslState.StartReceiveBlob(Byte[] buffer) %s\r\n" % (evil, evil, evil))


def check_terminal(tool):
    """Nothing from a log reaches a terminal raw: no escape, no control character, no turned text."""
    folder = tool.folder()
    path = os.path.join(folder, "trace\x1b[2J\x1b]0;x\x07\n.log")
    with open(path, "wb") as stream:
        stream.write(hostile_trace().encode())
    for arguments in (("--color", "never"), ("--color", "never", "--all", "-v"),
                      ("--color", "always", "--all", "-v", "--no-redact")):
        result = tool.run(*arguments, path)
        need(result.status == 1, "%s: status %d" % (arguments, result.status))
        plain = re.sub(r"\x1b\[[0-9;]*m", "", result.text) if "always" in arguments else result.text
        bad = re.search(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]", plain)
        need(not bad,
             "%s prints %r: %s" % (arguments, bad and bad.group(),
                                   short(plain[max(0, bad.start() - 60):] if bad else "")))
    missing = tool.run(os.path.join(folder, "no\x1b[2Jsuch.log"))
    need("\x1b" not in missing.messages, "a message has the file name's escape raw")
    wrong = tool.run("--format", "js\x1b[2Jon", path)
    need("\x1b" not in wrong.messages, "a message has the option's escape raw")


def check_planted_colour(tool):
    """The colours of --color always are the program's own: the planted one is not among them."""
    path = tool.file("trace.log",
                     "x\x1b[31mRED\r\nThe underlying connection was closed: An unexpected error occurred on a send. \x1b[31;7mPLANTED\r\n   at System.Net.Security.SslState.StartReceiveBlob(Byte[] buffer)\r\n")
    text = tool.run("--color", "always", "--all", "-v", path).text
    need("\x1b[31;7m" not in text, "a planted colour reaches the terminal")


def check_json_bytes(tool):
    """json stays valid JSON and UTF-8 whatever bytes the log has, and has no control character raw."""
    data = hostile_trace().encode() + b"\xff\xfe\x00\xc3(" + b"An unexpected error occurred on a send \xed\xa0\x80 \xf5\xf5\r\n"
    for form in ("json", "ndjson"):
        result = tool.run("--format", form, stdin=data)
        need(not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", result.text), "%s has control characters raw" % form)
    tool.json(stdin=data)


def checks(tool):
    """Redaction in every format, and hostile logs."""
    found = []
    for form in FORMATS:
        found.append(("untrusted/redaction/" + form, lambda f=form: check_redaction(tool, f)))
        found.append(("untrusted/no-redact/" + form, lambda f=form: check_no_redact(tool, f)))
    for check in (check_redaction_stable, check_terminal, check_planted_colour, check_json_bytes):
        found.append(("untrusted/" + check.__name__[6:].replace("_", "-"), lambda check=check: check(tool)))
    return found
