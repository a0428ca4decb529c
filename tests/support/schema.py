"""Holds output against docs/report.schema.json."""

import json

import jsonschema

from .runner import Failure


class Schema:
    """The report schema; a missing or broken schema fails every check that needs it."""

    def __init__(self, path):
        self.problem = None
        self.validators = {}
        try:
            with open(path, encoding="utf-8") as stream:
                document = json.load(stream)
            kind = jsonschema.validators.validator_for(document)
            kind.check_schema(document)
            for name in ("report", "line"):
                part = {"$schema": document["$schema"], "$defs": document["$defs"], "$ref": "#/$defs/" + name}
                self.validators[name] = kind(part)
        except (OSError, ValueError, KeyError, jsonschema.SchemaError) as error:
            self.problem = "%s cannot be used: %s" % (path, str(error).splitlines()[0])

    def check(self, name, value):
        """Fails with the best reason why the schema refuses the value."""
        if self.problem:
            raise Failure(self.problem)
        error = jsonschema.exceptions.best_match(self.validators[name].iter_errors(value))
        if error is not None:
            raise Failure("against the schema at %s: %s" % (error.json_path, error.message[:300]))

    def check_report(self, report):
        """Holds a json report against the schema."""
        self.check("report", report)

    def check_line(self, line):
        """Holds one ndjson line against the schema."""
        self.check("line", line)
