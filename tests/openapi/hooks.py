"""What schemathesis is told about this product: who asks, which ids there are, and what is exempt.

`SYNAPTIQ_FUZZ` names a JSON file: `credentials` (each with `name`, `headers` and perhaps the `keyId` that
must not be revoked), `visitors` and `logouts` (headers), and `exempt`, the path of the list of exemptions.
Every choice is made by one generator with the seed in `SYNAPTIQ_FUZZ_SEED`, so that a run can be repeated.
"""

import atexit
import collections
import json
import os
import random
import tomllib

import hypothesis
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

with open(os.environ["SYNAPTIQ_FUZZ"], encoding="utf-8") as file:
    PLAN = json.load(file)
with open(PLAN["exempt"], "rb") as file:
    EXEMPT = tomllib.load(file)["exempt"]

CHOICE = random.Random(int(os.environ["SYNAPTIQ_FUZZ_SEED"]))
# The first credential may do everything: most requests are its, so that most reach their operation.
EVERYTHING, *OTHERS = PLAN["credentials"]
OUR_KEYS = {credential["keyId"] for credential in PLAN["credentials"] if "keyId" in credential}
IDS = collections.defaultdict(lambda: collections.deque(maxlen=50))
USED = collections.Counter()

# Half of all examples would be spent on climbing towards answers of success, by far the dearest part of a run.
hypothesis.target = lambda observation, *, label="": observation


@schemathesis.auth(refresh_interval=None)
class EveryScope:
    """Any credential in turn; in sequences of requests always the one that may do everything."""

    def get(self, case, context):
        schemes = {name for requirement in case.operation.definition.raw.get("security", []) for name in requirement}
        if not schemes:
            return {}
        if schemes == {"session"}:
            return CHOICE.choice(PLAN["visitors"])
        if schemes == {"cookie"}:
            return PLAN["logouts"].pop() if PLAN["logouts"] else {}
        in_sequence = case.meta is None or case.meta.phase.name.value == "stateful"
        if in_sequence or CHOICE.random() < 0.6:
            return EVERYTHING["headers"]
        return CHOICE.choice(OTHERS)["headers"]

    def set(self, case, data, context):
        for name, value in data.items():
            case.headers[name] = value


def collection_of(path, parameter):
    """What a path parameter names: the segment before it, or `deliveries` for `deliveryId`."""
    segments = path.split("/")
    return segments[segments.index("{" + parameter + "}") - 1]


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts ids that exist into half of all requests, and keeps the keys of this run alive."""
    for parameter, value in list(case.path_parameters.items()):
        collection = collection_of(case.operation.path, parameter)
        generated = case.meta is not None and case.meta.phase.name.value != "stateful"
        known = IDS[collection]
        if generated and known and CHOICE.random() < 0.5:
            value = CHOICE.choice(known)
        if value in OUR_KEYS:
            value = "key_00000000000000000000000000"
        case.path_parameters[parameter] = value


@schemathesis.hook
def after_call(context, case, response):
    """Remembers the ids of what was made and listed."""
    if response.status_code not in (200, 201, 202) or "json" not in (response.headers.get("content-type") or [""])[0]:
        return
    remember(case.operation.path, json.loads(response.content))


def remember(path, value):
    """Files an id under the last plain segment of the path that told it."""
    plain = [segment for segment in path.split("/") if segment and not segment.startswith("{")]
    collection = "deliveries" if plain and plain[-1] == "test" else (plain[-1] if plain else "")
    for record in records_of(value):
        if isinstance(record.get("id"), str) and record.get("deleted") is None:
            IDS[collection].append(record["id"])
        conversation = record.get("conversationId") or record.get("conversation_id")
        if isinstance(conversation, str):
            IDS["conversations"].append(conversation)


def records_of(value):
    """The records of an answer: itself, its rows, or what it wraps."""
    if not isinstance(value, dict):
        return
    yield value
    for inner in value.values():
        if isinstance(inner, dict):
            yield inner
        elif isinstance(inner, list):
            yield from (row for row in inner if isinstance(row, dict))


CHECKS = {RejectedPositiveData: "positive_data_acceptance", AcceptedNegativeData: "negative_data_rejection"}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether a failure counts: not if the list exempts it."""
    check = next((name for kind, name in CHECKS.items() if isinstance(failure, kind)), type(failure).__name__)
    for number, exempt in enumerate(EXEMPT):
        if is_exempt(exempt, check, case, response):
            USED[number] += 1
            return False
    return True


def is_exempt(exempt, check, case, response):
    """Whether one exemption speaks of this failure."""
    if exempt["check"] != check or response.status_code not in exempt["statuses"]:
        return False
    if "operations" in exempt and case.operation.definition.raw["operationId"] not in exempt["operations"]:
        return False
    faults = faults_of(response)
    return "at_fault" not in exempt or any(begins(fault, name) for fault in faults for name in exempt["at_fault"])


def begins(fault, name):
    """`leads[3].email` is at fault where `email` is exempt, and so is a sentence that begins with it."""
    return fault.split(" ")[0].split(".")[-1].split("[")[0] == name or fault.startswith(name)


def faults_of(response):
    """The field that a refusal names, where the dialect names one, and its sentence."""
    body = json.loads(response.content)
    error = body.get("error")
    told = error if isinstance(error, dict) else {"param": body.get("param"), "message": str(error)}
    return [told.get("param") or "", told.get("message") or ""]


@atexit.register
def report():
    with open(PLAN["used"], "w", encoding="utf-8") as file:
        json.dump([{"reason": exempt["reason"], "times": USED[number]} for number, exempt in enumerate(EXEMPT)], file)
