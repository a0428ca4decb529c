"""Makes the logs of the benchmark: authored, the same at every run, shaped like the real ones.

The lines share words and module names with the signatures, which is harder than random text.
"""

import random
import re

from support import evtx

MIB = 1 << 20
ORGANISATION = re.compile(r"https://\w+\.crm\d+\.dynamics\.com")
UNIQUE = 16 * MIB       # then it repeats
HOSTS = ("contoso", "fabrikam", "northwind", "adventure", "litware", "tailspin")
COMMANDS = ("Retrieve Multiple", "Retrieve", "Update", "Create", "Associate", "Execute Multiple")
ENTITIES = ("account", "contact", "incident", "opportunity", "systemuser", "annotation", "savedquery")
CALLS = ("ConnectAndInitCrmOrgService", "ExecuteAuthenticateServiceProcess", "RefreshInstanceDetails",
         "GetDiscoveryService", "RetrieveOrganizationInfo", "GetEntityMetadataFromLocalCache")
PATHS = ("/XRMServices/2011/Organization.svc", "/api/data/v9.2/accounts", "/WebResources/theme.css",
         "/_static/_common/scripts/RemoteCommands.js", "/AppWebServices/UserQuery.asmx", "/main.aspx")
AGENTS = ("Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)+AppleWebKit/537.36+(KHTML,+like+Gecko)+Chrome/122.0.0.0",
          "Mozilla/5.0+(Windows+NT+10.0;+WOW64;+Trident/7.0;+rv:11.0)+like+Gecko", "-")

FAILURE = """\
Microsoft.Xrm.Tooling.CrmConnectControl Information: 8 : Login Status in Connect is =  Validating connection...
Microsoft.Xrm.Tooling.Connector.CrmServiceClient Information: 8 : Attempting to Connect to Uri \
https://planted.crm4.dynamics.com/XRMServices/2011/Organization.svc
Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : ERROR REQUESTING Token FROM THE Authentication context
Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : Source\t: mscorlib
Method\t: ThrowIfExceptional
Error\t: One or more errors occurred.
Stack Trace\t: at System.Threading.Tasks.Task.ThrowIfExceptional(Boolean includeTaskCanceledExceptions)
======================================================================================================
Inner Exception Level 1\t: 
Source\t: System
Method\t: GetResponse
Error\t: The underlying connection was closed: An unexpected error occurred on a send.
Stack Trace\t: at System.Net.HttpWebRequest.GetResponse()
======================================================================================================
Inner Exception Level 2\t: 
Source\t: System
Method\t: Read
Error\t: Unable to read data from the transport connection: An existing connection was forcibly closed by \
the remote host.
Stack Trace\t: at System.Net.Sockets.NetworkStream.Read(Byte[] buffer, Int32 offset, Int32 size)
   at System.Net.Security.SslState.StartReceiveBlob(Byte[] buffer, AsyncProtocolRequest asyncRequest)
Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : Unable to Login to Dynamics CRM
"""


def trace_line(rng, second):
    """A line of a CrmServiceClient trace."""
    head = "Microsoft.Xrm.Tooling.Connector.CrmServiceClient %s: %d : " % rng.choice(
        (("Information", 8), ("Verbose", 16)))
    kind = rng.randrange(4)
    if kind == 0:
        return head + "Execute Command - %s : %s : RequestID=%032x : duration=00:00:00.%03d" % (
            rng.choice(COMMANDS), rng.choice(ENTITIES), rng.getrandbits(128), rng.randrange(1000))
    if kind == 1:
        return head + "%s - requesting connection to https://%s.crm%d.dynamics.com%s, attempt 1 of 3" % (
            rng.choice(CALLS), rng.choice(HOSTS), rng.randrange(2, 20), rng.choice(PATHS))
    if kind == 2:
        return head + "%s - OAuth token from the cache of the session. Elapsed:00:00:%02d.%07d; organization %s" % (
            rng.choice(CALLS), second % 60, rng.randrange(10000000), rng.choice(HOSTS))
    return "Microsoft.Xrm.Tooling.WebResourceUtility Information: 8 : %d image web resources requested, %d %s " \
        "records from the cache of the organization service, %d from the server" % (
            rng.randrange(40), rng.randrange(5000), rng.choice(ENTITIES), rng.randrange(50))


def web_line(rng, second):
    """A line of an IIS log."""
    return "2024-03-04 %02d:%02d:%02d 192.0.2.%d %s %s id=%%7b%08x-%04x%%7d&etn=%s 443 %s\\user%02d " \
        "198.51.100.%d %s https://%s.crm.dynamics.com/main.aspx %d 0 0 %d" % (
            second // 3600 % 24, second // 60 % 60, second % 60, rng.randrange(1, 20),
            rng.choice(("GET", "GET", "GET", "POST")), rng.choice(PATHS), rng.getrandbits(32),
            rng.getrandbits(16), rng.choice(ENTITIES), rng.choice(HOSTS).upper(), rng.randrange(40),
            rng.randrange(1, 250), rng.choice(AGENTS), rng.choice(HOSTS),
            rng.choice((200, 200, 200, 204, 302, 304)), rng.randrange(2000))


def mebibytes(count, seed=1):
    """`count` pieces of about a MiB of ordinary lines; they repeat after UNIQUE bytes."""
    rng = random.Random(seed)
    pieces = []
    second = 0
    for number in range(count):
        if number >= UNIQUE // MIB:
            yield pieces[number % len(pieces)]
            continue
        lines, size = [], 0
        while size < MIB:
            line = (trace_line if rng.random() < 0.5 else web_line)(rng, second)
            second += rng.randrange(3)
            lines.append(line)
            size += len(line) + 1
        pieces.append(("\n".join(lines) + "\n").encode())
        yield pieces[-1]


def write(path, count, planted):
    """A log of about `count` MiB, with one failure in each if `planted`; its size in bytes."""
    size = 0
    with open(path, "wb") as stream:
        for piece in mebibytes(count):
            size += stream.write(piece)
            if planted:
                size += stream.write(FAILURE.encode())
    return size


def traces(path, count):
    """Traces of the connector of one organisation, `count` MiB, as a customer sends them; their size in bytes."""
    rng = random.Random(4)
    size, second = 0, 0
    with open(path, "wb") as stream:
        while size < count * MIB:
            line = ORGANISATION.sub("https://contoso.crm4.dynamics.com", trace_line(rng, second)) + "\n"
            second += rng.randrange(3)
            size += stream.write(line.encode())
    return size


def event_log_bytes(size):
    """About `size` MiB of a System log in which nothing failed: services, drivers, times, completed handshakes."""
    rng = random.Random(7)
    services = ["Windows Update", "Background Intelligent Transfer Service", "Application Experience", "WinHTTP Web Proxy",
                "Software Protection", "Windows Modules Installer", "Device Setup Manager"]
    events = []
    for number in range(1500):
        event = {"provider": "Service Control Manager", "guid": "{555908d1-a6d7-4695-8e1e-26931d2012f4}", "event_id": 7036,
                 "level": 4, "channel": "System", "computer": "app01.contoso.example", "process_id": 700, "thread_id": 4120,
                 "time": "2026-11-22T10:%02d:%02d.1234567Z" % (number // 60 % 60, number % 60),
                 "data": [("param1", "string", rng.choice(services)), ("param2", "string", rng.choice(("running", "stopped"))),
                          (None, "binary", "57004D004F002F0034000000")]}
        kind = rng.random()
        if kind < 0.2:
            event.update(provider="Microsoft-Windows-Kernel-General", guid="{a68ca8b7-004f-d7b6-a698-07e2de0f1f5d}", event_id=16,
                         data=[("HiveNameLength", "uint16", 52), ("HiveName", "string", "\\??\\C:\\Users\\user%d\\NTUSER.DAT" % number),
                               ("KeysUpdated", "uint32", number), ("DirtyPages", "uint32", 12)])
        elif kind < 0.35:
            event.update(provider="Microsoft-Windows-WindowsUpdateClient", guid="{945a8954-c147-4acd-923f-40c45405a658}", event_id=19,
                         data=[("updateTitle", "string", "Security Intelligence Update (KB2267602), version 1.401.%d.0" % number),
                               ("updateGuid", "guid", "7c27e3fa-0000-4000-8000-%012x" % number), ("updateRevisionNumber", "uint32", 200)])
        elif kind < 0.352:
            event.update(provider="Schannel", guid="{1F678132-5938-4686-9FDC-C8FF68F15C85}", event_id=36880,
                         data=[("Type", "string", "client"), ("Protocol", "string", "TLS 1.2"), ("CipherSuite", "hexint32", 0xC030),
                               ("ExchangeStrength", "uint32", 384), ("ContextHandle", "hexint64", 0x1F),
                               ("TargetName", "string", "contoso.crm.dynamics.com")])
        events.append(event)
    log = evtx.build(events)
    return evtx.repeat(log, max(1, (size << 20) // len(log)))


def event_log(path, size):
    """Writes such a log and returns how large it is."""
    log = event_log_bytes(size)
    with open(path, "wb") as stream:
        stream.write(log)
    return len(log)


def paste(path, failure=FAILURE):
    """A log of about 10 KB that ends in `failure`."""
    rng = random.Random(2)
    lines = [trace_line(rng, second) for second in range(52)]
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\n" + failure)
