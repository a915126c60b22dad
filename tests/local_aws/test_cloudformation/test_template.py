"""The text of a template, its functions and its parameters; no server needed."""

from typing import Any

import pytest

from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.intrinsics import Scope, Unknown, choose, resolve
from local_aws.cloudformation.model import StackResource
from local_aws.cloudformation.parameters import as_scope, parameter_values, shown
from local_aws.cloudformation.references import references
from local_aws.cloudformation.template import parse

BUCKET = StackResource("Bucket", "AWS::S3::Bucket", "my-bucket", {}, {"Arn": "arn:my-bucket"})
SCOPE = Scope(
    parameters={"Id": "jane-doe", "Names": ["a", "b"], "Empty": ""},
    pseudo={"AWS::Region": "us-west-2"},
    mappings={"Sizes": {"small": {"Workers": 2}}},
    conditions={
        "IsJane": {"Fn::Equals": [{"Ref": "Id"}, "jane-doe"]},
        "IsNotJane": {"Fn::Not": [{"Condition": "IsJane"}]},
        "Both": {"Fn::And": [{"Condition": "IsJane"}, {"Condition": "IsNotJane"}]},
        "Either": {"Fn::Or": [{"Condition": "IsJane"}, {"Condition": "IsNotJane"}]},
    },
    resources={"Bucket": BUCKET, "New": Unknown()},
    exports={"shared": "from elsewhere"},
)
NEW = "{{changeSet:KNOWN_AFTER_APPLY}}"


def yaml_value(text: str) -> Any:  # ruff: ignore[any-type] - any JSON value
    """Return the value a template has under one property."""
    lines = "\n".join(f"        {line}" for line in text.splitlines())
    template = f"Resources:\n  R:\n    Type: T\n    Properties:\n      P:\n{lines}\n"
    return parse(template).resources["R"]["Properties"]["P"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!Ref Id", "jane-doe"),
        ("!Ref AWS::Region", "us-west-2"),
        ("!Ref Bucket", "my-bucket"),
        ("!Ref New", NEW),
        ("!Ref Names", ["a", "b"]),
        ("!GetAtt Bucket.Arn", "arn:my-bucket"),
        ("!GetAtt [Bucket, Arn]", "arn:my-bucket"),
        ("!GetAtt New.Arn", NEW),
        ("!Sub 's3://${Bucket}/${Id}'", "s3://my-bucket/jane-doe"),
        ("!Sub '${Bucket.Arn}/${!year}'", "arn:my-bucket/${year}"),
        ("!Sub ['${A}-${Id}', {A: !Select [1, !Ref Names]}]", "b-jane-doe"),
        ("!Join ['_', !Split ['-', !Ref Id]]", "jane_doe"),
        ("!Join ['', [1, true, x]]", "1truex"),
        ("!Select [0, !Split ['-', !Ref New]]", NEW),
        ("!Select ['1', [a, b]]", "b"),
        ("!FindInMap [Sizes, small, Workers]", 2),
        ("!Base64 abc", "YWJj"),
        ("!ImportValue shared", "from elsewhere"),
        ("!If [IsJane, yes!, no!]", "yes!"),
        ("!If [IsNotJane, 1, !If [Both, 2, 3]]", 3),
        ("!If [Either, 1, 2]", 1),
        ("[a, !If [IsNotJane, b, !Ref AWS::NoValue], c]", ["a", "c"]),
        ("{a: 1, b: !If [IsJane, !Ref AWS::NoValue, 2]}", {"a": 1}),
        ("!GetAZs ''", ["us-west-2a", "us-west-2b", "us-west-2c"]),
        ("Fn::ToJsonString: {a: !Ref Id}", '{"a": "jane-doe"}'),
        ("2012-10-17", "2012-10-17"),
        ("Condition: {Is: {a: !Ref Id}}", {"Condition": {"Is": {"a": "jane-doe"}}}),
    ],
)  # fmt: skip
def test_value(text: str, expected: object) -> None:
    """Every intrinsic function, in YAML's short form, gives what AWS documents."""
    assert resolve(choose(yaml_value(text), SCOPE), SCOPE) == expected


def test_condition_inside_not() -> None:
    """``!Not [!Condition X]`` is the opposite of X: the short form stands inside a list."""
    template = parse("""
Conditions:
  X: !Equals [a, a]
  NotX: !Not [!Condition X]
Resources: {R: {Type: T}}
""")
    scope = Scope({}, {}, {}, template.section("Conditions"), {}, {})
    assert [scope.holds("X"), scope.holds("NotX")] == [True, False]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("!Ref Nobody", "Unresolved resource dependencies [Nobody]"),
        ("!GetAtt Bucket.Colour", "resource Bucket does not support attribute type Colour"),
        ("!GetAtt Nobody.Arn", "references undefined resource Nobody"),
        ("!FindInMap [Sizes, large, Workers]", "Unable to get mapping for Sizes::large::Workers"),
        ("!ImportValue private", "No export named private found."),
        ("!Select [2, [a, b]]", "cannot select nonexistent value at index 2"),
        ("!Sub '${Names}'", "stands where a string must"),
        ("!If [Nobody, 1, 2]", "Unresolved condition dependency Nobody"),
        ("!Cidr [10.0.0.0/16, 2, 8]", "the local AWS does not offer Fn::Cidr"),
        ("'{{resolve:ssm:x}}'", "does not resolve dynamic references"),
        ("!Sub '{{resolve:secretsmanager:${Id}}}'", "does not resolve dynamic references"),
        ("!Join ['', ['{{resolve:', 'ssm:x}}']]", "does not resolve dynamic references"),
    ],
)
def test_value_that_stands_for_nothing(text: str, sentence: str) -> None:
    """What cannot be resolved is refused, never left in the text."""
    with pytest.raises(ValidationError) as refusal:
        resolve(choose(yaml_value(text), SCOPE), SCOPE)
    assert sentence in refusal.value.message


def test_references() -> None:
    """Ref, GetAtt and Sub refer; a literal and a local name of Sub do not."""
    value = yaml_value(
        "[!Ref A, !GetAtt B.Arn, !Sub '${C.Arn} ${D} ${!E}', !Sub ['${F}${G}', {F: !Ref H}]]"
    )
    assert references(value) == {"A", "B", "C", "D", "G", "H"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Resources: {R: {Type: T}", "YAML not well-formed. (line 1, column 25)"),
        ('{"Resources": }', "JSON not well-formed. (line 1, column 15)"),
        ("just words", "unsupported structure"),
        ("Description: x", "At least one Resources member must be defined."),
        ("Resources: {R: {Properties: {}}}", "[/Resources/R] Every Resources object must contain"),
        ("Resources: {R: {Type: T}}\nExtra: 1", "Invalid template property or properties [Extra]"),
        ("Resources: {R: {Type: T}}\nTransform: x", "does not process the section 'Transform'"),
        ("Resources: {on: {Type: T}}", "[/Resources] map keys must be strings; received True"),
        ("Resources: {R: {Type: T, UpdatePolicy: {}}}", "the attribute 'UpdatePolicy'"),
        ("Resources: {R: {Type: T, DeletionPolicy: Snapshot}}", "DeletionPolicy 'Snapshot'"),
    ],
)  # fmt: skip
def test_text_that_is_no_template(text: str, sentence: str) -> None:
    """A text that is no template is refused with the place of the mistake."""
    with pytest.raises(ValidationError) as refusal:
        parse(text)
    assert sentence in refusal.value.message


DECLARED = {
    "StudentId": {
        "Type": "String",
        "AllowedPattern": "[a-z]+",
        "ConstraintDescription": "must be letters",
    },
    "Pattern": {"Type": "String", "AllowedPattern": "^[a-z]*$", "Default": "a"},
    "Choice": {"Type": "String", "AllowedValues": ["a", True, 3], "Default": True},
    "Short": {"Type": "String", "MinLength": 2, "MaxLength": "4", "Default": "abc"},
    "Count": {"Type": "Number", "MinValue": 2, "MaxValue": "10", "Default": 5},
    "Secret": {"Type": "String", "NoEcho": True, "Default": "x"},
    "Names": {"Type": "CommaDelimitedList", "Default": "a, b,c"},
    "Numbers": {"Type": "List<Number>", "Default": "1,2"},
}


def test_parameter_values() -> None:
    """A value is what was given, else the default; a list is split only for Ref."""
    values = parameter_values(
        DECLARED, [{"ParameterKey": "StudentId", "ParameterValue": "x"}], None
    )
    scope = as_scope(DECLARED, values)
    secret = {"ParameterKey": "Secret", "ParameterValue": "****"}

    assert (values["Choice"], values["Count"]) == ("true", "5")
    assert scope["Names"] == ["a", "b", "c"]
    assert scope["Numbers"] == ["1", "2"]
    assert secret in shown(DECLARED, values)


def test_previous_value() -> None:
    """UsePreviousValue takes the stack's value, and needs one."""
    given = [{"ParameterKey": "StudentId", "UsePreviousValue": True}]
    assert parameter_values(DECLARED, given, {"StudentId": "old"})["StudentId"] == "old"
    with pytest.raises(ValidationError, match="Cannot specify usePreviousValue"):
        parameter_values(DECLARED, given, None)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("StudentId", "X1", "Parameter StudentId failed to satisfy constraint: must be letters"),
        ("Pattern", "aB", "Parameter 'Pattern' must match pattern ^[a-z]*$"),
        ("Choice", "b", "Parameter 'Choice' must be one of AllowedValues"),
        ("Short", "a", "Parameter 'Short' must contain at least 2 characters"),
        ("Short", "abcde", "Parameter 'Short' must contain at most 4 characters"),
        ("Count", "few", "Parameter 'Count' must be a number."),
        ("Count", "1", "Parameter 'Count' must be a number not less than 2"),
        ("Count", "11", "Parameter 'Count' must be a number not greater than 10"),
        ("Numbers", "1,x", "Parameter 'Numbers' must be a number."),
        ("Nobody", "1", "Parameters: [Nobody] do not exist in the template"),
    ],
)  # fmt: skip
def test_parameter_that_breaks_a_rule(name: str, value: str, sentence: str) -> None:
    """A broken rule is told in AWS's words."""
    values = {"StudentId": "x", name: value}
    given = [{"ParameterKey": key, "ParameterValue": one} for key, one in values.items()]
    with pytest.raises(ValidationError) as refusal:
        parameter_values(DECLARED, given, None)
    assert refusal.value.message == sentence


def test_parameters_without_values() -> None:
    """A parameter without default must be given."""
    with pytest.raises(ValidationError) as refusal:
        parameter_values(DECLARED, [], None)
    assert refusal.value.message == "Parameters: [StudentId] must have values"


def test_parameter_type_that_is_not_offered() -> None:
    """A type that needs another service is refused, never taken as text."""
    declared = {"Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"}}
    with pytest.raises(ValidationError, match="does not offer the type"):
        parameter_values(declared, [], None)
