"""Validates the document on standard input: against OpenAPI 3.1, and every example against its schema."""

import json
import sys

from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

document = json.load(sys.stdin)
wrong = [f"{list(error.absolute_path)}: {error.message}" for error in OpenAPIV31SpecValidator(document).iter_errors()]
# References are looked up in the schema that has them.
components = {"components": document["components"]}
examples = 0


def check(where, schema, value):
    global examples
    examples += 1
    validator = OAS31Validator({**schema, **components}, format_checker=OAS31Validator.FORMAT_CHECKER)
    wrong.extend(f"{where}: {list(error.path)}: {error.message}" for error in validator.iter_errors(value))


def check_content(where, content):
    for media, told in content.items():
        if "example" in told:
            check(f"{where} {media}", told["schema"], told["example"])
        elif media == "application/json" and "examples" not in told and "$ref" in told["schema"]:
            wrong.append(f"{where} {media} has no example")
        for name, example in told.get("examples", {}).items():
            check(f"{where} {media} {name}", told["schema"], example["value"])


for path, item in document["paths"].items():
    for verb, operation in item.items():
        where = f"{verb.upper()} {path}"
        check_content(f"{where} body", operation.get("requestBody", {}).get("content", {}))
        for parameter in operation.get("parameters", []):
            if "example" in parameter:
                check(f"{where} {parameter['name']}", parameter["schema"], parameter["example"])
        for status, answer in operation["responses"].items():
            check_content(f"{where} {status}", answer.get("content", {}))
for name, answer in document["components"]["responses"].items():
    check_content(name, answer.get("content", {}))
for name, header in document["components"]["headers"].items():
    check(name, header["schema"], header["example"])

for line in wrong:
    print(line, file=sys.stderr)
print(examples)
sys.exit(1 if wrong or examples == 0 else 0)
