"""What the figures must not fall below."""

import json

import score
from cases import TLS

FIRST_FAMILIES = ("tls-version", "tls-cipher", "tls-certificate")


def share(answers, right):
    """A rate as a number; 1 of nothing."""
    hits, count = score.rate(answers, right)
    return hits / count if count else 1.0


def measure(answers):
    """The figures of one half that have floors."""
    first = [a for a in answers if set(a.case.families) & set(FIRST_FAMILIES)]
    named = [a for a in answers if a.case.clients]
    return {
        "family": share(answers, lambda a: a.family_right),
        "cause": share(answers, lambda a: a.cause_right),
        "cause_first_families": share(first, lambda a: a.cause_right),
        "client": share(named, lambda a: a.client_right),
    }


class Floors:
    """The floors of both halves, kept in a file."""

    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as stream:
            self.at = json.load(stream)

    def rise(self, answers, clean):
        """Raises every floor to what was reached, two cases of slack below it; never lowers one."""
        del clean
        for half in ("tuning", "set-aside"):
            mine = [a for a in answers if a.case.half == half]
            slack = 2 / len(mine) if mine else 0
            for key, value in measure(mine).items():
                old = self.at[half].get(key, 0)
                self.at[half][key] = max(old, int(1000 * (value - slack)) / 1000)
        with open(self.path, "w", encoding="utf-8") as stream:
            json.dump(self.at, stream, indent=2, sort_keys=True)
            stream.write("\n")

    def check(self, answers, clean):
        """Prints what fails and a closing line; 1 where something does."""
        results = []
        for half in ("tuning", "set-aside"):
            mine = [a for a in answers if a.case.half == half]
            for key, value in measure(mine).items():
                floor = self.at[half].get(key, 0)
                results.append((value >= floor, "%s, %s: %.3f is below the floor of %.3f" % (half, key, value, floor)))
            if half == "tuning":
                continue        # the weights were chosen with it: it cannot say how sure they are
            pairs = score.predictions(mine)
            results.append((score.brier(pairs) < score.brier_of_base_rate(pairs),
                            "%s: the Brier score is not below that of the base rate" % half))
            for low, high, count, mean, _, (lower, upper) in score.reliability(pairs):
                results.append((lower <= mean <= upper,
                                "%s: confidences from %.2f to %.2f are %.2f in the mean, outside of %.2f to %.2f (%d)"
                                % (half, low, high, mean, lower, upper, count)))
        false = [a.case.id if a.case.half == "tuning" else "(a set-aside case)" for a in answers if a.false_tls]
        results.append((not false, "look-alikes called tls-version or tls-cipher: %s" % ", ".join(false)))
        alarms = [name for name, told in clean if any(family in TLS for family, _ in told)]
        results.append((not alarms, "clean logs called tls-version or tls-cipher: %s" % ", ".join(alarms)))
        failed = [text for good, text in results if not good]
        for text in failed:
            print("failed: " + text)
        print("%d passed, %d failed" % (len(results) - len(failed), len(failed)))
        return 1 if failed else 0
