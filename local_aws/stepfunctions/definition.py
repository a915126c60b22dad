"""What CreateStateMachine refuses: what is no definition, and what would not run here as on AWS."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from local_aws.stepfunctions import expressions, fields, values
from local_aws.stepfunctions.errors import InvalidDefinition
from local_aws.stepfunctions.integrations import IntegrationError, integration

LONGEST = 1_000_000  # characters
_BEGIN, _END = "{%", "%}"
_INNER = ("Branches", "ItemProcessor")  # fields that hold state machines of their own

Document = dict[str, Any]


def check(definition: str) -> None:
    """Check a definition before it becomes a state machine.

    Raises:
        InvalidDefinition: it is invalid, or asks for what the local AWS does not do; says where.
    """
    try:
        machine = json.loads(definition)
    except ValueError as error:
        raise InvalidDefinition(f"INVALID_JSON_DESCRIPTION: {error}") from error
    if len(definition) > LONGEST:
        _refuse("/", f"the definition is longer than {LONGEST} characters")
    _check_states(machine, "", fields.JSONPATH, fields.MACHINE)


def _refuse(where: str, why: str) -> NoReturn:
    raise InvalidDefinition(f"SCHEMA_VALIDATION_FAILED: {why} at {where}")


def _check_states(machine: object, where: str, language: str, known: set[str]) -> None:
    """Check a machine, a branch, or what a Map state does with an item."""
    if not isinstance(machine, dict) or not isinstance(machine.get("States"), dict):
        _refuse(where or "/", "no object with States")
    _check_fields(machine, where, known)
    language = _language(machine, where, language)
    states: dict[str, Document] = machine["States"]
    for name, state in states.items():
        place = f"{where}/States/{name}"
        if not isinstance(state, dict) or state.get("Type") not in fields.TYPES:
            _refuse(place, f"Type must be one of {', '.join(fields.TYPES)}")
        _check_state(state, place, _language(state, place, language))
    _check_transitions(machine.get("StartAt"), states, where)


def _language(holder: Document, where: str, inherited: str) -> str:
    language = holder.get("QueryLanguage", inherited)
    if language not in (fields.JSONATA, fields.JSONPATH):  # ruff: ignore[literal-membership] - it may be a list
        _refuse(where or "/", f"QueryLanguage {language!r} is neither JSONata nor JSONPath")
    if language == fields.JSONPATH and inherited == fields.JSONATA:
        _refuse(where, "a state of a JSONata state machine cannot be of JSONPath")
    return str(language)


def _check_fields(holder: Document, where: str, known: set[str]) -> None:
    for name in holder.keys() - known:
        _refuse(
            where or "/",
            f"{name} is no field there on AWS, or the local AWS does not do it "
            f"(it does {', '.join(sorted(known))})",
        )
    for name in holder.keys() & fields.ARRAYS:
        value = holder[name]
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            _refuse(f"{where}/{name}", f"{name} must be an array of objects")


def _check_state(state: Document, where: str, language: str) -> None:
    kind = state["Type"]
    _check_fields(state, where, fields.of_state(kind, language))
    if kind not in {*fields.ENDING, "Choice"} and ("Next" in state) == ("End" in state):
        _refuse(where, "one of Next and End is needed")
    if state.get("End", True) is not True:
        _refuse(f"{where}/End", "End can only be true")
    if language == fields.JSONATA:
        own = {name: value for name, value in state.items() if name not in _INNER}
        _check_expressions(own, where)
    if kind == "Task":
        _check_task(state, where)
    for place, inner in _inner(state, where):
        _check_states(inner, place, language, fields.BRANCH)
        config = inner.get("ProcessorConfig", {})
        if not isinstance(config, dict) or config.get("Mode", "INLINE") != "INLINE":
            _refuse(place, "the local AWS has inline Map states only; leave the Mode out")


def _inner(state: Document, where: str) -> Iterator[tuple[str, Document]]:
    """Yield the machines within a state."""
    for number, branch in enumerate(state.get("Branches", [])):
        yield f"{where}/Branches[{number}]", branch
    if "ItemProcessor" in state:
        yield f"{where}/ItemProcessor", state["ItemProcessor"]


def _check_task(state: Document, where: str) -> None:
    try:
        made = integration(str(state.get("Resource")))
    except IntegrationError as error:
        _refuse(f"{where}/Resource", str(error))
    arguments = state.get("Arguments", state.get("Parameters", {}))
    if isinstance(arguments, dict):  # not so if an expression gives the whole
        _check_arguments(arguments, made.model.input_shape, where)


def _check_arguments(arguments: Document, shape: Any, where: str) -> None:  # ruff: ignore[any-type] - botocore's
    given = {name.removesuffix(".$") for name in arguments}
    try:
        known = {values.member(shape, name) for name in given} if shape else given
    except values.ArgumentError as error:
        _refuse(where, str(error))
    missing = set(shape.required_members if shape else ()) - known
    if missing:
        _refuse(where, f"the required {', '.join(sorted(missing))} is missing")


def _check_expressions(value: object, where: str) -> None:
    if isinstance(value, dict):
        for name, item in value.items():
            _check_expressions(item, f"{where}/{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _check_expressions(item, f"{where}[{number}]")
    elif isinstance(value, str) and value.startswith(_BEGIN) and value.endswith(_END):
        try:
            expressions.check(value.removeprefix(_BEGIN).removesuffix(_END))
        except expressions.QueryError as error:
            _refuse(where, f"the JSONata expression {error}")


def _check_transitions(start: object, states: dict[str, Document], where: str) -> None:
    """Check that every state that is named is there, and that every state can be reached."""
    reached: set[str] = set()
    ahead = [(start, f"{where}/StartAt")]
    while ahead:
        name, place = ahead.pop()
        if not isinstance(name, str) or name not in states:
            _refuse(place, f"MISSING_TRANSITION_TARGET: there is no state {name!r}")
        if name not in reached:
            reached.add(name)
            ahead += _targets(states[name], f"{where}/States/{name}")
    for name in states.keys() - reached:
        _refuse(f"{where}/States/{name}", "MISSING_TRANSITION_TARGET: no state leads there")


def _targets(state: Document, where: str) -> Iterator[tuple[object, str]]:
    holders = [(state, where)]
    for field in ("Choices", "Catch"):
        ways = enumerate(state.get(field, []))
        holders += [(way, f"{where}/{field}[{number}]") for number, way in ways]
    for holder, place in holders:
        for field in ("Next", "Default"):
            if field in holder:
                yield holder[field], f"{place}/{field}"
