"""A template's text as one plain document: YAML with its short forms, or JSON."""

import json
from dataclasses import dataclass
from typing import Any

import yaml

from local_aws.cloudformation.errors import ValidationError

MAXIMUM_BODY_BYTES = 51_200
MAXIMUM_OBJECT_BYTES = 1_000_000

_SECTIONS = {
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
}
_RESOURCE_ATTRIBUTES = {
    "Condition",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdateReplacePolicy",
}
_POLICIES = {"Delete", "Retain", "RetainExceptOnCreate"}

Document = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """YAML 1.1 without timestamps: CloudFormation reads ``2012-10-17`` as a string."""

    yaml_implicit_resolvers = {  # ruff: ignore[mutable-class-default] - PyYAML's own attribute, replaced as a whole
        first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _short_form(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    """Turn ``!Sub x`` into ``{"Fn::Sub": "x"}``, also where it stands inside another one."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in {"Ref", "Condition"} else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _short_form)


@dataclass(frozen=True)
class Template:
    """A template whose outline is sound; its references are not looked at yet."""

    body: str
    document: Document

    def section(self, name: str) -> Document:
        """Return a section; an absent one is empty."""
        return self.document.get(name) or {}

    @property
    def resources(self) -> Document:
        """The resources by logical id, as written."""
        return self.section("Resources")

    @property
    def parameters(self) -> Document:
        """The parameter declarations by name."""
        return self.section("Parameters")

    @property
    def description(self) -> str | None:
        """What the template says about itself."""
        return self.document.get("Description")

    @property
    def resource_types(self) -> list[str]:
        """Every type the template mentions, sorted, each once."""
        return sorted({resource["Type"] for resource in self.resources.values()})


def parse(body: str) -> Template:
    """Read a template.

    Raises:
        ValidationError: the text is no template, or uses a section that is not offered here.
    """
    document = _read(body)
    if not isinstance(document, dict):
        raise ValidationError("Template format error: unsupported structure.")
    _check_keys(document, "")
    _check_sections(document)
    for logical_id, resource in document["Resources"].items():
        _check_resource(logical_id, resource)
    return Template(body, document)


def _read(body: str) -> object:
    if body.lstrip().startswith("{"):
        try:
            return json.loads(body)
        except json.JSONDecodeError as error:
            raise ValidationError(
                f"Template format error: JSON not well-formed. "
                f"(line {error.lineno}, column {error.colno})"
            ) from error
    try:
        return yaml.load(body, _Loader)  # ruff: ignore[unsafe-yaml-load] - _Loader is a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise ValidationError(f"Template format error: YAML not well-formed.{place}") from error


def _check_keys(value: object, path: str) -> None:
    """Refuse keys such as ``on:`` or ``123456789012:``, which YAML does not read as text."""
    if isinstance(value, list):
        for item in value:
            _check_keys(item, path)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValidationError(
                    f"Template format error: [{path or '/'}] map keys must be strings; "
                    f"received {key!r} instead"
                )
            _check_keys(item, f"{path}/{key}")


def _check_sections(document: Document) -> None:
    for macro in ("Transform", "Rules", "Hooks"):
        if macro in document:
            raise ValidationError(f"The local AWS does not process the section {macro!r}.")
    unknown = sorted(set(document) - _SECTIONS)
    if unknown:
        raise ValidationError(f"Invalid template property or properties [{', '.join(unknown)}]")
    if not isinstance(document.get("Resources"), dict) or not document["Resources"]:
        raise ValidationError(
            "Template format error: At least one Resources member must be defined."
        )


def _check_resource(logical_id: str, resource: object) -> None:
    place = f"[/Resources/{logical_id}]"
    if not isinstance(resource, dict):
        raise ValidationError(f"Template format error: {place} resource definition is malformed")
    if not isinstance(resource.get("Type"), str):
        raise ValidationError(
            f"Template format error: {place} Every Resources object must contain a Type member."
        )
    unknown = sorted(set(resource) - _RESOURCE_ATTRIBUTES)
    if unknown:
        raise ValidationError(
            f"The local AWS does not process the attribute {unknown[0]!r} of resource {logical_id}."
        )
    for attribute in ("DeletionPolicy", "UpdateReplacePolicy"):
        policy = resource.get(attribute, "Delete")
        if policy not in _POLICIES:
            raise ValidationError(
                f"Template error: {attribute} {policy!r} of resource {logical_id} is not one of "
                f"{', '.join(sorted(_POLICIES))}; no local resource type has snapshots."
            )
