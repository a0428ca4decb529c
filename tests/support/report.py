"""What the contract says about every report, whatever was scanned."""

from .runner import need

LINE_TYPES = ("diagnosis", "repeat", "input", "inconclusive", "error", "summary")
# Objects whose keys are names of the pack or of a pattern, not of the contract.
FREE_KEYS = (".captures", ".terms", ".by_family", ".by_cause", ".by_client")
STRENGTHS = ("decisive", "strong", "moderate", "weak")


def walk(value, path="$"):
    """Every (path, key or None, value) within a JSON value."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield path, key, child
            yield from walk(child, path + "." + key)
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield "%s[%d]" % (path, number), None, child
            yield from walk(child, "%s[%d]" % (path, number))


def check(report, status):
    """Fails where a json report breaks a promise of the contract."""
    need(report.get("schema") == "tlswhy.report/1", "schema is %r" % report.get("schema"))
    need(report["tool"]["name"] == "tlswhy", "tool.name is %r" % report["tool"].get("name"))
    diagnoses = report["diagnoses"]
    need((report["verdict"] is None) == (not diagnoses), "verdict and diagnoses disagree")
    summary = report["summary"]
    need(summary["exit_status"] == status,
         "exit_status %r in the report, %d from the program" % (summary["exit_status"], status))
    need(summary["diagnoses"] == len(diagnoses), "summary.diagnoses is not the number of diagnoses")
    ids = [diagnosis["id"] for diagnosis in diagnoses]
    need(len(set(ids)) == len(ids), "two diagnoses have one id")
    for diagnosis in diagnoses:
        check_diagnosis(diagnosis)
    for path, key, value in walk(report):
        if key is None or any(word in path for word in FREE_KEYS):
            continue
        need(value != "", "empty string at %s.%s: unknown is absent" % (path, key))
        need(key == key.lower() and "-" not in key, "key %s.%s is not snake_case" % (path, key))
    if report["verdict"] is not None:
        check_verdict(report)


def check_verdict(report):
    """The verdict is one of the diagnoses."""
    verdict = report["verdict"]
    matching = [d for d in report["diagnoses"] if d["cause"]["id"] == verdict["cause"]]
    matching = [d for d in matching if d["cause"]["family"] == verdict["family"]]
    need(matching, "the verdict's cause %s is no diagnosis" % verdict["cause"])
    need(any(not d["fixes"] or d["fixes"][0]["id"] == verdict.get("fix") for d in matching),
         "the verdict's fix is not the first fix of its diagnosis")


def check_diagnosis(diagnosis):
    """One diagnosis: probabilities, order of the alternatives, evidence."""
    cause = diagnosis["cause"]
    for name, value in (("cause.confidence", cause["confidence"]),
                        ("family_confidence", diagnosis["family_confidence"])):
        need(0 <= value <= 1, "%s is %r" % (name, value))
    need(cause["confidence"] <= diagnosis["family_confidence"] + 1e-3, "the cause is surer than its family")
    confidences = [a["confidence"] for a in diagnosis.get("alternatives", [])]
    need(confidences == sorted(confidences, reverse=True), "alternatives are not ordered by confidence")
    need(cause["id"] not in [a["id"] for a in diagnosis.get("alternatives", [])],
         "the cause is its own alternative")
    need(diagnosis["evidence"], "a diagnosis without evidence")
    need(len(diagnosis["evidence"]) <= 64, "more than 64 pieces of evidence")
    need(diagnosis["fixes"], "a diagnosis without a fix")
    for piece in diagnosis["evidence"]:
        need(piece["kind"] in ("error", "client", "fact"), "kind %r" % piece["kind"])
        if "strength" in piece:
            need(piece["strength"] in STRENGTHS, "strength %r" % piece["strength"])
    if cause["family"] == "tls-version":
        need(diagnosis.get("next_steps"), "a tls-version diagnosis without the plan of next steps")


def check_lines(lines):
    """ndjson: every line has a known type, the last is the only summary."""
    need(lines, "no ndjson line at all")
    for line in lines:
        need(line.get("type") in LINE_TYPES, "line of type %r" % line.get("type"))
    kinds = [line["type"] for line in lines]
    need(kinds[-1] == "summary" and kinds.count("summary") == 1,
         "the last line is not the one summary: %s" % kinds)


def comparable(report, keep_names=False):
    """The diagnoses without what depends on the input's name: path, member, ids."""
    drop = {"path", "member"} if keep_names else {"path", "member", "id", "record_id", "supersedes"}

    def strip(value):
        if isinstance(value, dict):
            return {key: strip(child) for key, child in value.items() if key not in drop}
        if isinstance(value, list):
            return [strip(child) for child in value]
        return value

    return strip(report["diagnoses"])


def one_of(value, wanted):
    """Whether a value is what is wanted, or one of a list of wanted ones."""
    return value in wanted if isinstance(wanted, list) else value == wanted


def verdict_diagnosis(report):
    """The diagnosis that the verdict speaks of."""
    verdict = report["verdict"]
    candidates = [d for d in report["diagnoses"] if d["cause"]["id"] == verdict["cause"]]
    same_client = [d for d in candidates if d.get("client", {}).get("id") == verdict.get("client")]
    return max(same_client or candidates, key=lambda d: d["family_confidence"])


def seen(report):
    """What a report concludes, in few words, for a failure's reason."""
    if report["verdict"] is None:
        rest = [[e["signature"] for e in item["evidence"]] for item in report.get("inconclusive", [])]
        return "verdict null, inconclusive %s" % (rest or "none")
    diagnosis = verdict_diagnosis(report)
    cause = diagnosis["cause"]
    return ("client %s, %s/%s %.2f (family %.2f), fixes %s, next %s, evidence %s"
            % (diagnosis.get("client", {}).get("id"), cause["family"], cause["id"], cause["confidence"],
               diagnosis["family_confidence"], [fix["id"] for fix in diagnosis["fixes"]],
               [a["id"] for a in diagnosis.get("alternatives", [])][:3],
               sorted({e["signature"] for e in diagnosis["evidence"]})))


def check_expectation(report, expect):
    """Holds a report against the keys of an expect.json (corpora/README.md)."""
    diagnoses = report["diagnoses"]
    for cause in expect.get("not_cause", []):
        need(all(d["cause"]["id"] != cause for d in diagnoses),
             "has the cause %s; %s" % (cause, seen(report)))
    for family in expect.get("not_family", []):
        need(all(d["cause"]["family"] != family for d in diagnoses),
             "has a cause of the family %s; %s" % (family, seen(report)))
    if "verdict" in expect and expect["verdict"] is None:
        need(report["verdict"] is None, "wants no verdict; %s" % seen(report))
        return
    wanted = [key for key in ("client", "cause", "family", "fixes", "alternatives",
                              "max_confidence") if key in expect]
    if not wanted:
        return
    need(report["verdict"] is not None, "wants %s; %s" % ({key: expect[key] for key in wanted}, seen(report)))
    diagnosis = verdict_diagnosis(report)
    for key, actual in (("client", diagnosis.get("client", {}).get("id")),
                        ("cause", diagnosis["cause"]["id"]), ("family", diagnosis["cause"]["family"])):
        if key in expect:
            need(one_of(actual, expect[key]), "wants %s %s; %s" % (key, expect[key], seen(report)))
    if "fixes" in expect:
        fixes = [fix["id"] for fix in diagnosis["fixes"]]
        need(fixes[:1] == expect["fixes"][:1],
             "wants %s as first fix; %s" % (expect["fixes"][0], seen(report)))
        order = [fix for fix in fixes if fix in expect["fixes"]]
        need(order == expect["fixes"],
             "wants the fixes %s in this order; %s" % (expect["fixes"], seen(report)))
    if "alternatives" in expect:
        alternatives = [a["id"] for a in diagnosis.get("alternatives", [])]
        need(alternatives[:len(expect["alternatives"])] == expect["alternatives"],
             "wants the alternatives %s first; %s" % (expect["alternatives"], seen(report)))
    if "max_confidence" in expect:
        need(diagnosis["cause"]["confidence"] < expect["max_confidence"], "is too sure; %s" % seen(report))
