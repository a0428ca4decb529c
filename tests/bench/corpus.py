"""Makes the logs of the benchmark: authored, the same at every run, shaped like the real ones.

The lines share words and module names with the signatures, which is harder than random text.
"""

import random
import re

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


def paste(path, failure=FAILURE):
    """A log of about 10 KB that ends in `failure`."""
    rng = random.Random(2)
    lines = [trace_line(rng, second) for second in range(52)]
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\n" + failure)
