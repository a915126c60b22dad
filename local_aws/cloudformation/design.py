"""From a request to a design: every check that AWS makes before it makes anything."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from local_aws.cloudformation import lint, parameters, template
from local_aws.cloudformation.errors import InsufficientCapabilitiesError, ValidationError
from local_aws.cloudformation.intrinsics import Scope, Unknown, choose, resolve, text
from local_aws.cloudformation.model import Design, Stack, StackResource, Store, Wanted
from local_aws.cloudformation.references import references
from local_aws.cloudformation.resources.properties import check_supported
from local_aws.cloudformation.resources.registry import RESOURCE_TYPES, is_custom
from local_aws.settings import ACCOUNT_ID

Ordered = TypeVar("Ordered", Wanted, StackResource)
_NAMED_IAM = ("ManagedPolicyName", "PolicyName", "RoleName")


def pseudo_parameters(stack: Stack) -> dict[str, str]:
    """Return what ``AWS::...`` names stand for in a stack."""
    return {
        "AWS::AccountId": ACCOUNT_ID,
        "AWS::Partition": "aws",
        "AWS::Region": stack.region,
        "AWS::StackId": stack.stack_id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com",
    }


def scope_of(
    document: Mapping[str, Any],
    values: Mapping[str, str],
    stack: Stack,
    resources: Mapping[str, Any],
    store: Store,
) -> Scope:
    """Return what the names in a stack's template stand for."""
    return Scope(
        parameters=parameters.as_scope(document.get("Parameters") or {}, values),
        pseudo=pseudo_parameters(stack),
        mappings=document.get("Mappings") or {},
        conditions=document.get("Conditions") or {},
        resources=resources,
        exports={name: value for name, (_, value) in store.exports(stack.region).items()},
    )


def check_template(body: str, region: str) -> template.Template:
    """Read a template and refuse what AWS would refuse whatever the parameters.

    Raises:
        ValidationError: with AWS's words, or the local AWS's where it offers less.
    """
    parsed = template.parse(body)
    unknown = [t for t in parsed.resource_types if t not in RESOURCE_TYPES and not is_custom(t)]
    if unknown:
        raise ValidationError(
            f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]"
        )
    _check_references(parsed)
    lint.check(body, region)
    return parsed


def _check_references(parsed: template.Template) -> None:
    known = set(parsed.resources) | set(parsed.parameters)
    for block in ("Resources", "Outputs"):
        names = references(parsed.section(block)) | set(_explicit(parsed.section(block)))
        unresolved = sorted(n for n in names - known if not n.startswith("AWS::"))
        if unresolved:
            raise ValidationError(
                f"Template format error: Unresolved resource dependencies "
                f"[{', '.join(unresolved)}] in the {block} block of the template"
            )


def _explicit(block: Mapping[str, Any]) -> list[str]:
    return [name for item in block.values() for name in _depends_on(item)]


def _depends_on(item: Mapping[str, Any]) -> list[str]:
    named = item.get("DependsOn", [])
    return [named] if isinstance(named, str) else list(named)


@dataclass(frozen=True)
class Request:
    """What a caller asks a stack to be."""

    body: str
    parameters: parameters.Given
    capabilities: list[str]
    tags: list[dict[str, str]]


def make_design(request: Request, stack: Stack, store: Store) -> Design:
    """Check a request in full and return what it asks for.

    Raises:
        ValidationError: the request cannot be carried out; nothing has been made.
        InsufficientCapabilitiesError: the template makes IAM resources unasked.
    """
    parsed = check_template(request.body, stack.region)
    previous = stack.design.parameters if stack.design else None
    values = parameters.parameter_values(parsed.parameters, request.parameters, previous)
    scope = scope_of(parsed.document, values, stack, {}, store)
    chosen = _chosen(parsed.resources, scope)
    outputs = _chosen(parsed.section("Outputs"), scope)
    _check_existing(outputs, set(chosen), parsed, "Outputs")
    _check_existing(chosen, set(chosen), parsed, "Resources")
    _check_capabilities(chosen, request.capabilities)
    ordered = in_order({name: _wanted(name, item, set(chosen)) for name, item in chosen.items()})
    design = Design(
        body=request.body,
        document=parsed.document,
        parameters=values,
        tags=request.tags,
        capabilities=request.capabilities,
        resources=tuple(ordered),
        outputs=outputs,
        imports=_imports([chosen, outputs], scope),
    )
    _check_values(design, stack, store)
    return design


def _chosen(block: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """Keep what the conditions keep, and of every ``Fn::If`` the branch that holds."""
    return {
        name: choose(item, scope)
        for name, item in block.items()
        if "Condition" not in item or scope.holds(item["Condition"])
    }


def _check_existing(
    items: Mapping[str, Any], existing: set[str], parsed: template.Template, block: str
) -> None:
    missing = sorted(references(items) & set(parsed.resources) - existing)
    if missing:
        raise ValidationError(
            f"Template format error: Unresolved resource dependencies [{', '.join(missing)}] "
            f"in the {block} block of the template"
        )


def required_capability(resources: Mapping[str, Any]) -> str | None:
    """Return the capability a template needs, if it makes IAM resources."""
    iam = [item for item in resources.values() if item["Type"].startswith("AWS::IAM::")]
    if not iam:
        return None
    named = any(key in item.get("Properties", {}) for item in iam for key in _NAMED_IAM)
    return "CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"


def _check_capabilities(resources: Mapping[str, Any], given: Collection[str]) -> None:
    needed = required_capability(resources)
    if needed and not {needed, "CAPABILITY_NAMED_IAM"} & set(given):
        raise InsufficientCapabilitiesError(f"Requires capabilities : [{needed}]")


def _wanted(logical_id: str, item: Mapping[str, Any], existing: set[str]) -> Wanted:
    properties = item.get("Properties") or {}
    deletion = item.get("DeletionPolicy", "Delete")
    return Wanted(
        logical_id=logical_id,
        type_name=item["Type"],
        properties=properties,
        depends_on=frozenset((references(properties) | set(_depends_on(item))) & existing),
        deletion_policy=deletion,
        replace_policy=item.get("UpdateReplacePolicy", "Delete"),
        metadata=item.get("Metadata") or {},
    )


def in_order(items: Mapping[str, Ordered]) -> list[Ordered]:
    """Sort things with ``depends_on`` so that each comes after what it needs."""
    ordered: dict[str, Ordered] = {}
    waiting = dict(items)
    while waiting:
        ready = [
            n for n, item in waiting.items() if not (item.depends_on & set(items)) - {*ordered}
        ]
        if not ready:
            names = ", ".join(waiting)
            raise ValidationError(f"Circular dependency between resources: [{names}]")
        for name in ready:
            ordered[name] = waiting.pop(name)
    return list(ordered.values())


def last_first(resources: Iterable[StackResource]) -> list[StackResource]:
    """Return resources so that each comes before what it depends on."""
    return in_order({resource.logical_id: resource for resource in resources})[::-1]


def _imports(value: Any, scope: Scope) -> frozenset[str]:  # ruff: ignore[any-type] - any JSON value
    """Return the names of the exports that a chosen part of the template uses."""
    if isinstance(value, list):
        return frozenset().union(*(_imports(item, scope) for item in value))
    if not isinstance(value, dict):
        return frozenset()
    if set(value) == {"Fn::ImportValue"}:
        return frozenset({text(resolve(value["Fn::ImportValue"], scope))})
    return frozenset().union(*(_imports(item, scope) for item in value.values()))


def _check_values(design: Design, stack: Stack, store: Store) -> None:
    """Resolve everything once with the resources unknown: what is wrong is wrong now."""
    unknown = {wanted.logical_id: Unknown() for wanted in design.resources}
    scope = scope_of(design.document, design.parameters, stack, unknown, store)
    for wanted in design.resources:
        properties = resolve(wanted.properties, scope)
        check_supported(wanted.logical_id, wanted.type_name, properties)
    resolve(design.outputs, scope)
