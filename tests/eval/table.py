"""The figures as a page of Markdown."""

import score
from cases import TLS
from floors import FIRST_FAMILIES

HEAD = """# Accuracy

Written by `tests/eval/run.py build/bin/tlswhy --write`; `scripts/test` holds the figures to the floors of
tests/eval/floors.json, which only rise.

The cases of corpora/labelled are authored: written from documented facts and from the shape of what people paste, by
authors who had not seen the signatures, and labelled before the program was run. Half of them, chosen by the
hash of the case's name, are for tuning; no signature was ever changed because of one of the other half, *set aside*.
"""


def percent(pair):
    """A rate for a table cell."""
    hits, count = pair
    return "-" if count == 0 else "%.1f %% (%d of %d)" % (100 * hits / count, hits, count)


def rows_by(answers, key):
    """[(name, answers)] grouped, in order of name."""
    groups = {}
    for answer in answers:
        for name in key(answer):
            groups.setdefault(name, []).append(answer)
    return sorted(groups.items())


def half_lines(name, answers):
    """The tables of one half."""
    first = [a for a in answers if set(a.case.families) & set(FIRST_FAMILIES)]
    named = [a for a in answers if a.case.clients]
    alike = [a for a in answers if a.case.is_look_alike]
    yield "## The %s half" % name
    yield ""
    yield "| what | right |"
    yield "| --- | --- |"
    yield "| family | %s |" % percent(score.rate(answers, lambda a: a.family_right))
    yield "| cause | %s |" % percent(score.rate(answers, lambda a: a.cause_right))
    yield "| cause, in the families tls-version, tls-cipher and tls-certificate | %s |" % percent(
        score.rate(first, lambda a: a.cause_right))
    yield "| client, where the log names one | %s |" % percent(score.rate(named, lambda a: a.client_right))
    yield "| look-alikes called tls-version or tls-cipher | %d of %d |" % score.rate(alike, lambda a: a.false_tls)
    yield ""
    yield "| family | family right | cause right |"
    yield "| --- | --- | --- |"
    for family, group in rows_by(answers, lambda a: a.case.families[:1] or ["(inconclusive)"]):
        yield "| %s | %s | %s |" % (family, percent(score.rate(group, lambda a: a.family_right)),
                                    percent(score.rate(group, lambda a: a.cause_right)))
    yield ""
    pairs = score.predictions(answers)
    yield "Confidence of the likeliest cause: Brier score %.4f; that of the constant base rate %.4f." % (
        score.brier(pairs), score.brier_of_base_rate(pairs))
    yield ""
    yield "| confidence | cases | mean | right | 90 % interval |"
    yield "| --- | --- | --- | --- | --- |"
    for low, high, count, mean, right, (lower, upper) in score.reliability(pairs):
        yield "| %.2f to %.2f | %d | %.3f | %.3f | %.3f to %.3f |" % (low, high, count, mean, right, lower, upper)
    yield ""


def detail_lines(answers):
    """Causes, clients, shapes and the confusion of families, over both halves."""
    for title, key, right in (
            ("cause", lambda a: a.case.causes[:1] or ["(none)"], lambda a: a.cause_right),
            ("client", lambda a: a.case.clients[:1], lambda a: a.client_right),
            ("shape", lambda a: [a.case.shape], lambda a: a.cause_right)):
        yield "## By %s, both halves" % title
        yield ""
        yield "| %s | right |" % title
        yield "| --- | --- |"
        for name, group in rows_by(answers, key):
            yield "| %s | %s |" % (name, percent(score.rate(group, right)))
        yield ""
    matrix = score.confusion(answers)
    told = sorted({name for row in matrix.values() for name in row})
    yield "## Families: labelled (rows), told (columns)"
    yield ""
    yield "| | %s |" % " | ".join(told)
    yield "| --- |%s" % (" --- |" * len(told))
    for label in sorted(matrix):
        yield "| %s | %s |" % (label, " | ".join(str(matrix[label][name] or "") for name in told))
    yield ""


def clean_lines(clean):
    """False alarms."""
    alarms = [(name, told) for name, told in clean if told]
    tls = [name for name, told in alarms if any(family in TLS for family, _ in told)]
    yield "## Clean logs"
    yield ""
    yield "%d logs, %d with a diagnosis, %d with one of tls-version or tls-cipher." % (len(clean), len(alarms), len(tls))
    yield ""


def lines(answers, clean):
    """All lines of the page."""
    yield from HEAD.splitlines()
    yield ""
    for half in ("set-aside", "tuning"):
        yield from half_lines(half, [a for a in answers if a.case.half == half])
    yield from clean_lines(clean)
    yield from detail_lines(answers)


def write(path, answers, clean):
    """Writes the page."""
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("\n".join(lines(answers, clean)).rstrip() + "\n")
