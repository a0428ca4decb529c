"""How well the answers fit the labels: rates, confidence, confusion."""

import collections
import math

from cases import TLS

BINS = ((0.0, 0.6), (0.6, 0.85), (0.85, 1.0))


class Answer:
    """What the program said of one case."""

    def __init__(self, case, report):
        self.case = case
        verdict = report["verdict"] or {}
        self.family = verdict.get("family")
        self.cause = verdict.get("cause")
        self.client = verdict.get("client")
        self.confidence = verdict.get("confidence")
        self.called = {d["cause"]["family"] for d in report["diagnoses"]}
        if verdict:
            self.guess = self.cause
        else:
            self.guess, self.confidence = best_guess(report)
            if self.client is None and report["inconclusive"]:
                self.client = report["inconclusive"][0].get("client", {}).get("id")

    @property
    def family_right(self):
        """Whether the family is right, or the silence where the log cannot tell."""
        return self.family is None if self.case.inconclusive else self.family in self.case.families

    @property
    def cause_right(self):
        """The same for the cause; a label without one asks for the family only."""
        if self.case.inconclusive or not self.case.causes:
            return self.family_right
        return self.cause in self.case.causes

    @property
    def client_right(self):
        """Whether the client is one of the right ones."""
        return self.client in self.case.clients

    @property
    def false_tls(self):
        """Whether a look-alike was called a version or cipher problem."""
        return self.case.is_look_alike and bool(self.called & set(TLS))

    @property
    def guess_right(self):
        """Whether the likeliest cause, told or not, is a right one."""
        return self.guess in self.case.causes


def best_guess(report):
    """(cause, confidence) of the likeliest cause of a report without a verdict; (None, None): none."""
    ranked = [entry for item in report["inconclusive"] for entry in item.get("alternatives", [])]
    if not ranked:
        return None, None
    best = max(ranked, key=lambda entry: entry["confidence"])
    return best["id"], best["confidence"]


def rate(answers, right):
    """(hits, count) of a predicate."""
    answers = list(answers)
    return sum(1 for answer in answers if right(answer)), len(answers)


def binomial_tail(hits, count, probability):
    """P(X >= hits) of a binomial distribution."""
    return sum(math.comb(count, k) * probability ** k * (1 - probability) ** (count - k)
               for k in range(hits, count + 1))


def interval(hits, count):
    """The exact (Clopper-Pearson) 90 % interval of a rate."""
    def solve(holds):
        low, high = 0.0, 1.0
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (low, middle) if holds(middle) else (middle, high)
        return (low + high) / 2
    lower = 0.0 if hits == 0 else solve(lambda p: binomial_tail(hits, count, p) > 0.05)
    upper = 1.0 if hits == count else solve(lambda p: 1 - binomial_tail(hits + 1, count, p) < 0.05)
    return lower, upper


def predictions(answers):
    """[(confidence, whether right)] of every case for which a cause was named as the likeliest, and in
    which there is one to be right about."""
    return [(answer.confidence, answer.guess_right) for answer in answers
            if answer.confidence is not None and (answer.case.causes or answer.cause is not None)]


def brier(pairs):
    """The mean squared distance between confidence and outcome."""
    return sum((confidence - right) ** 2 for confidence, right in pairs) / len(pairs) if pairs else 0.0


def brier_of_base_rate(pairs):
    """The same, if every confidence were the rate of right answers."""
    base = sum(right for _, right in pairs) / len(pairs) if pairs else 0.0
    return base * (1 - base)


def reliability(pairs):
    """[(low, high, count, mean confidence, rate, interval)] of the bins."""
    rows = []
    for low, high in BINS:
        inside = [(c, right) for c, right in pairs if low <= c < high or (high == 1.0 and c == 1.0)]
        if inside:
            hits = sum(right for _, right in inside)
            mean = sum(c for c, _ in inside) / len(inside)
            rows.append((low, high, len(inside), mean, hits / len(inside), interval(hits, len(inside))))
    return rows


def confusion(answers):
    """{labelled family: {told family: count}}; "-" is no verdict."""
    table = collections.defaultdict(collections.Counter)
    for answer in answers:
        told = answer.family or "-"
        label = told if told in answer.case.families else (answer.case.families or ["-"])[0]
        table[label][told] += 1
    return table
