"""Windows events as the tools of Windows and the log shippers write them: one event, many forms.

An event is a dictionary: provider, guid, event_id, level (1 to 4), time (UTC, without zone letter), record_id, process_id,
thread_id, channel, computer, data (pairs of a name and a value), message (in English)."""

import json
from xml.sax.saxutils import escape, quoteattr

LEVELS = {1: "Critical", 2: "Error", 3: "Warning", 4: "Information"}
NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"


def single_quoted(text):
    """An attribute's value between apostrophes, as wevtutil writes it."""
    return "'%s'" % escape(text, {"'": "&apos;"})


def one_xml(event, quote=quoteattr, rendered=False):
    """One <Event> element without line ends."""
    data = "".join("<Data Name=%s>%s</Data>" % (quote(name), escape(value)) for name, value in event["data"])
    info = ""
    if rendered:
        info = ("<RenderingInfo Culture=%s><Message>%s</Message><Level>%s</Level><Task></Task><Opcode></Opcode>"
                "<Channel>%s</Channel><Provider></Provider><Keywords></Keywords></RenderingInfo>") % (
                    quote("en-US"), escape(event["message"]), LEVELS[event["level"]], event["channel"])
    return ("<Event xmlns=%s><System><Provider Name=%s Guid=%s/><EventID>%d</EventID><Version>0</Version>"
            "<Level>%d</Level><Task>0</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords>"
            "<TimeCreated SystemTime=%s/><EventRecordID>%d</EventRecordID><Correlation/>"
            "<Execution ProcessID=%s ThreadID=%s/><Channel>%s</Channel><Computer>%s</Computer>"
            "<Security UserID=%s/></System><EventData>%s</EventData>%s</Event>") % (
                quote(NAMESPACE), quote(event["provider"]), quote(event["guid"]), event["event_id"], event["level"],
                quote(event["time"] + "Z"), event["record_id"], quote(str(event["process_id"])),
                quote(str(event["thread_id"])), event["channel"], event["computer"], quote("S-1-5-18"), data, info)


def xml_viewer(events):
    """Event Viewer, "Save as XML": everything on one line."""
    return ('<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<Events>%s</Events>'
            % "".join(one_xml(event) for event in events)).encode()


def xml_wevtutil(events):
    """`wevtutil qe /f:xml`: one event a line, no root."""
    return "".join(one_xml(event, single_quoted) + "\n" for event in events).encode()


def xml_rendered(events):
    """`wevtutil qe /f:RenderedXml`, in UTF-16 as PowerShell redirects it."""
    lines = "".join(one_xml(event, single_quoted, True) + "\r\n" for event in events)
    return b"\xff\xfe" + lines.encode("utf-16-le")


def text_wevtutil(events):
    """`wevtutil qe /f:text`."""
    out = []
    for number, event in enumerate(events):
        out.append("Event[%d]:\n  Log Name: %s\n  Source: %s\n  Date: %s\n  Event ID: %d\n  Task: N/A\n  Level: %s\n"
                   "  Opcode: Info\n  Keyword: N/A\n  User: S-1-5-18\n  User Name: NT AUTHORITY\\SYSTEM\n"
                   "  Computer: %s\n  Description: \n%s\n\n" % (
                       number, event["channel"], event["provider"], event["time"], event["event_id"],
                       LEVELS[event["level"]], event["computer"], event["message"]))
    return "".join(out).encode()


def text_details(events):
    """The general pane of Event Viewer, copied as text."""
    out = []
    for event in events:
        out.append("Log Name:      %s\r\nSource:        %s\r\nDate:          %s\r\nEvent ID:      %d\r\n"
                   "Task Category: None\r\nLevel:         %s\r\nKeywords:      \r\nUser:          SYSTEM\r\n"
                   "Computer:      %s\r\nDescription:\r\n%s\r\n" % (
                       event["channel"], event["provider"], event["time"].replace("T", " ")[:19], event["event_id"],
                       LEVELS[event["level"]], event["computer"], event["message"].replace("\n", "\r\n")))
    return "".join(out).encode()


def text_list(events):
    """`Get-WinEvent | Format-List`."""
    out = ["\r\n\r\n"]
    for event in events:
        out.append("TimeCreated  : %s\r\nProviderName : %s\r\nId           : %d\r\nMessage      : %s\r\n\r\n" % (
            event["time"].replace("T", " ")[:19], event["provider"], event["event_id"],
            event["message"].replace("\n", "\r\n               ")))
    return "".join(out).encode()


def quoted(text):
    """A column of a CSV file."""
    return '"%s"' % text.replace('"', '""')


def csv_viewer(events):
    """Event Viewer, "Save as CSV": five names, six columns."""
    rows = ["Level,Date and Time,Source,Event ID,Task Category\r\n"]
    for event in events:
        rows.append("%s,%s,%s,%d,None,%s\r\n" % (
            LEVELS[event["level"]], event["time"].replace("T", " ")[:19], event["provider"], event["event_id"],
            quoted(event["message"])))
    return "".join(rows).encode()


def csv_export(events):
    """`Get-WinEvent | Export-Csv`."""
    rows = ['#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\r\n'
            '"Message","Id","Version","Qualifiers","Level","Task","Opcode","Keywords","RecordId","ProviderName",'
            '"ProviderId","LogName","ProcessId","ThreadId","MachineName","UserId","TimeCreated","ActivityId",'
            '"RelatedActivityId","ContainerLog","MatchedQueryIds","Bookmark","LevelDisplayName","OpcodeDisplayName",'
            '"TaskDisplayName","KeywordsDisplayNames","Properties"\r\n']
    for event in events:
        columns = [event["message"], event["event_id"], 0, "", event["level"], 0, 0, "-9223372036854775808",
                   event["record_id"], event["provider"], event["guid"], event["channel"], event["process_id"],
                   event["thread_id"], event["computer"], "S-1-5-18", event["time"].replace("T", " ")[:19], "", "",
                   "system", "System.UInt32[]", "System.Diagnostics.Eventing.Reader.EventBookmark",
                   LEVELS[event["level"]], "Info", "", "System.Collections.ObjectModel.ReadOnlyCollection`1", ""]
        rows.append(",".join(quoted(str(column)) for column in columns) + "\r\n")
    return "".join(rows).encode()


def json_winlogbeat(events, message=True):
    """winlogbeat 7 and 8 (ECS)."""
    lines = []
    for event in events:
        one = {"@timestamp": event["time"][:23] + "Z", "log": {"level": LEVELS[event["level"]].lower()},
               "event": {"code": str(event["event_id"]), "provider": event["provider"], "kind": "event"},
               "winlog": {"provider_name": event["provider"], "provider_guid": event["guid"],
                          "event_id": str(event["event_id"]), "channel": event["channel"],
                          "computer_name": event["computer"], "record_id": event["record_id"], "api": "wineventlog",
                          "process": {"pid": event["process_id"], "thread": {"id": event["thread_id"]}},
                          "event_data": dict(event["data"])}}
        if message:
            one["message"] = event["message"]
        lines.append(json.dumps(one) + "\n")
    return "".join(lines).encode()


def json_bare(events):
    """winlogbeat on a machine that could not render the message."""
    return json_winlogbeat(events, message=False)


def json_nxlog(events):
    """NXLog, im_msvistalog with to_json()."""
    lines = []
    for event in events:
        one = {"EventTime": event["time"].replace("T", " ")[:19], "Hostname": event["computer"], "Keywords": "9223372036854775808",
               "EventType": LEVELS[event["level"]].upper(), "Severity": LEVELS[event["level"]].upper(),
               "EventID": event["event_id"], "SourceName": event["provider"], "ProviderGuid": event["guid"],
               "RecordNumber": event["record_id"], "ProcessID": event["process_id"], "ThreadID": event["thread_id"],
               "Channel": event["channel"], "Message": event["message"]}
        one.update(event["data"])
        lines.append(json.dumps(one) + "\n")
    return "".join(lines).encode()


def json_powershell(events):
    """`Get-WinEvent | ConvertTo-Json` of PowerShell 7."""
    objects = [{"Id": event["event_id"], "Version": 0, "Qualifiers": None, "Level": event["level"], "Task": 0,
                "RecordId": event["record_id"], "ProviderName": event["provider"], "ProviderId": event["guid"].strip("{}"),
                "LogName": event["channel"], "ProcessId": event["process_id"], "ThreadId": event["thread_id"],
                "MachineName": event["computer"], "TimeCreated": event["time"][:23] + "Z", "ActivityId": None,
                "LevelDisplayName": LEVELS[event["level"]], "Message": event["message"],
                "Properties": [{"Value": value} for _, value in event["data"]]} for event in events]
    return (json.dumps(objects, indent=2) + "\n").encode()


FORMS = {
    "viewer.xml": xml_viewer, "wevtutil.xml": xml_wevtutil, "rendered-utf16.xml": xml_rendered,
    "wevtutil.txt": text_wevtutil, "details.txt": text_details, "list.txt": text_list,
    "viewer.csv": csv_viewer, "export.csv": csv_export,
    "winlogbeat.json": json_winlogbeat, "bare.json": json_bare, "nxlog.json": json_nxlog,
    "powershell.json": json_powershell,
}
FORMAT_OF = {"xml": "event-xml", "txt": "event-text", "csv": "event-csv", "json": "event-json", "evtx": "evtx"}
