"""Events of Schannel in every form in which they are handed on: the same verdict in each."""

import json

from support import events as forms
from support import evtx
from support.report import seen
from support.runner import need

SCHANNEL = {"provider": "Schannel", "guid": "{1F678132-5938-4686-9FDC-C8FF68F15C85}", "channel": "System",
            "computer": "client01.example.com", "process_id": 700, "thread_id": 4120, "level": 2}

# RFC 8446, section 6, and RFC 5246, section 7.2: the numbers of the alerts.
ALERTS = (0, 10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 60, 70, 71, 80, 86, 90, 100, 109, 110,
          112, 113, 115, 116, 120)
RECEIVED = "A fatal alert was received from the remote endpoint. The TLS protocol defined fatal alert code is %d."
SENT = ("A fatal alert was generated and sent to the remote endpoint. This may result in termination of the connection. The TLS "
        "protocol defined fatal error code is %d. The Windows SChannel error state is %d.")
KEY = ("A fatal error occurred when attempting to access the TLS %s credential private key. The error code returned from the "
       "cryptographic module is 0x8009030D. The internal error state is %d.")
CREDENTIAL = "A fatal error occurred while creating a TLS client credential. The internal error state is %d."
SERVED = ("An TLS 1.0 connection request was received from a remote client application, but none of the cipher suites supported by "
          "the client application are supported by the server. The TLS connection request has failed.")
COMPLETED = ("A TLS client handshake completed successfully. The negotiated cryptographic parameters are as follows. Protocol "
             "version: TLS 1.2 CipherSuite: 0xC030 Exchange strength: 384 bits Context handle: 0x1F Target name: "
             "contoso.crm.dynamics.com")
UNTRUSTED = ("The certificate received from the remote server was issued by an untrusted certificate authority. Because of this, "
             "none of the data contained in the certificate can be validated. The TLS connection request has failed. The attached "
             "data contains the server certificate.")
MISNAMED = ("The certificate received from the remote server does not contain the expected name. It is therefore not possible to "
            "determine whether we are connecting to the correct server. The server name we were expecting is "
            "contoso.crm.dynamics.com. The TLS connection request has failed. The attached data contains the server certificate.")

# (name, event id, values, message, the cause of its verdict (None: no verdict, ...: any), a signature that must be seen)
EVENTS = [
    ("36870", 36870, [("Type", "client"), ("ErrorCode", "0x8009030D"), ("ErrorStatus", "10001")], KEY % ("client", 10001),
     "private-key-access", None),
    ("36871-10001", 36871, [("Type", "client"), ("ErrorState", "10001")], CREDENTIAL % 10001, Ellipsis, None),
    ("36871-10003", 36871, [("Type", "client"), ("ErrorState", "10003")], CREDENTIAL % 10003, Ellipsis, None),
    ("36871-10013", 36871, [("CallerProcessId", "4711"), ("CallerProcessImageName", "PluginRegistration"), ("Type", "client"),
                            ("ErrorState", "10013")],
     CREDENTIAL % 10013 + "\n\n The SSPI client process is PluginRegistration (PID: 4711).", "outdated-dynamics-client",
     "schannel-36871-client"),
    ("36874", 36874, [("Protocol", "TLS 1.0")], SERVED, None, None),
    ("36880", 36880, [("Type", "client"), ("Protocol", "TLS 1.2"), ("CipherSuite", "0xC030"), ("ExchangeStrength", "384"),
                      ("ContextHandle", "0x1F"), ("TargetName", "contoso.crm.dynamics.com")], COMPLETED, None, None),
    ("36882", 36882, [("__binLength", "4"), ("certificateContext", "30820100")], UNTRUSTED, "cert-untrusted", None),
    ("36884", 36884, [("Name", "contoso.crm.dynamics.com"), ("__binLength", "4"), ("certificateContext", "30820100")],
     MISNAMED, "cert-name-mismatch", None),
    ("36888-40-1205", 36888, [("AlertDesc", "40"), ("ErrorState", "1205")], SENT % (40, 1205), None, None),
    ("36888-70-105", 36888, [("AlertDesc", "70"), ("ErrorState", "105")], SENT % (70, 105), Ellipsis, None),
    ("36888-10-1203", 36888, [("AlertDesc", "10"), ("ErrorState", "1203")], SENT % (10, 1203), Ellipsis, None),
] + [("36887-%d" % alert, 36887, [("AlertDesc", str(alert))], RECEIVED % alert, Ellipsis, None) for alert in ALERTS]


def make_event(number, values, message):
    """One event as the forms want it."""
    return dict(SCHANNEL, event_id=number, time="2026-11-22T10:00:00.1234567", record_id=4242, data=values, message=message)


def write_evtx(events):
    """The log itself."""
    return evtx.build([dict(event, time=event["time"] + "Z", data=[(name, "string", value) for name, value in event["data"]])
                       for event in events])


def answer(report):
    """What must not depend on the form: causes and evidence, with what it says."""
    told = []
    for diagnosis in report["diagnoses"] + report["inconclusive"]:
        evidence = sorted((one["signature"], one.get("event_id"), one.get("provider"), one.get("direction", ""))
                          for one in diagnosis["evidence"] if one["kind"] != "client")
        told.append((diagnosis.get("cause", {}).get("id"), diagnosis.get("client", {}).get("id"), evidence))
    return told


def check_direction(tool):
    """A certificate that was refused here is about an outgoing connection, and it is said so."""
    report, _ = tool.json(stdin=write_evtx([make_event(36884, [("Name", "contoso.crm.dynamics.com")], MISNAMED)]))
    evidence = report["diagnoses"][0]["evidence"]
    need([one["direction"] for one in evidence if one["signature"] == "schannel-36884"] == ["as-client"], seen(report))
    done = tool.run("records", "-", stdin=write_evtx([make_event(36887, [("AlertDesc", "70")], "")]))
    record = json.loads(done.out)
    need({key: record[key] for key in ("level", "event_id", "data", "message", "channel", "process_id")} == {
        "level": "Error", "event_id": 36887, "data": {"AlertDesc": "70"}, "message": RECEIVED % 70, "channel": "System",
        "process_id": 700}, record)
    need(all(one["record_id"] == "4242" and one["event_id"] == 36884 and "line" not in one for one in evidence), evidence)


def check_event(tool, number, values, message, cause, signature):
    """One event in every form."""
    event = make_event(number, values, message)
    first = None
    for form, write in dict(forms.FORMS, **{"file.evtx": write_evtx}).items():
        report, _ = tool.json(stdin=write([event]))
        need(report["inputs"][0]["format"] == forms.FORMAT_OF[form.rsplit(".", 1)[1]],
             "%s was read as %s" % (form, report["inputs"][0]["format"]))
        told = answer(report)
        if first is None:
            first = (form, told)
        need(told == first[1], "%s tells %s, %s tells %s" % (first[0], first[1], form, told))
        if cause is not Ellipsis:
            verdict = report["verdict"] and report["verdict"]["cause"]
            need(verdict == cause, "%s: the verdict is %s; %s" % (form, verdict, seen(report)))
        if signature is not None:
            need(any(signature == one[0] for entry in told for one in entry[2]), "%s: %s not seen in %s" % (form, signature, told))


def checks(tool):
    """All checks of events."""
    yield "events/direction", lambda: check_direction(tool)
    for name, *row in EVENTS:
        yield "events/%s" % name, lambda row=tuple(row): check_event(tool, *row)
