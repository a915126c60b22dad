"""The template that puts the pages on the web; the local AWS has no CloudFront, so it is read."""

import base64
import hashlib
import json
import subprocess
from pathlib import Path

import playwright
import pytest

from tests.template import COMMERCE, PROJECT, template

HOSTING = PROJECT / "commerce/hosting.cfn.yaml"
LOGIN = "shop:" + "correct horse battery staple"
NODE = Path(playwright.__file__).parent / "driver/node"


def _let_through(authorization: str | None) -> bool:
    """Run the login as CloudFront would; return whether the request goes on, without the login."""
    made = template(HOSTING)["Resources"]["Login"]["Properties"]["FunctionCode"]["Fn::Sub"]
    code = made.replace("${LoginSha256}", hashlib.sha256(LOGIN.encode()).hexdigest())
    headers = {} if authorization is None else {"authorization": {"value": authorization}}
    event = json.dumps({"request": {"uri": "/", "headers": headers}})
    program = f"{code}\nconsole.log(JSON.stringify(handler({event})))"
    done = subprocess.run([NODE, "-e", program], check=True, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    assert answer.get("statusCode") == 401 or answer == {"uri": "/", "headers": {}}
    return "statusCode" not in answer


def _basic(login: str) -> str:
    return f"Basic {base64.b64encode(login.encode()).decode()}"


@pytest.mark.parametrize(
    ("authorization", "is_let"),
    [
        (_basic(LOGIN), True),
        (_basic(LOGIN + " "), False),
        (_basic("shop:"), False),
        (LOGIN, False),
        ("Basic", False),
        ("", False),
        (None, False),
    ],
)
def test_login(authorization: str | None, is_let: bool) -> None:  # ruff: ignore[boolean-type-hint-positional-argument] - a case
    """Only name and password let anybody through."""
    assert _let_through(authorization) is is_let


def test_nobody_else_may_invoke() -> None:
    """The function answers this distribution's signed requests alone, and reads alone get there."""
    made = template(HOSTING)["Resources"]

    assert made["FunctionUrl"]["Properties"]["AuthType"] == "AWS_IAM"
    for name in ("UrlPermission", "InvokePermission"):
        permission = made[name]["Properties"]
        assert permission["Principal"] == "cloudfront.amazonaws.com"
        assert permission["SourceArn"]["Fn::Sub"].endswith(":distribution/${Distribution}")
    behavior = made["Distribution"]["Properties"]["DistributionConfig"]["DefaultCacheBehavior"]
    assert behavior["AllowedMethods"] == ["GET", "HEAD"]
    assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
    [login] = behavior["FunctionAssociations"]
    assert login["FunctionARN"] == {"Fn::GetAtt": ["Login", "FunctionMetadata.FunctionARN"]}
    assert template(HOSTING)["Parameters"]["LoginSha256"]["NoEcho"] is True


def test_names_of_the_second_stack() -> None:
    """The function is called as the second template says; it is off unless somebody wants it."""
    second = template(COMMERCE)
    name = second["Resources"]["QueryRunnerFunction"]["Properties"]["FunctionName"]["Fn::Sub"]

    url = template(HOSTING)["Resources"]["FunctionUrl"]["Properties"]
    assert url["TargetFunctionArn"] == {"Fn::Sub": name}
    assert second["Parameters"]["QueryApi"]["Default"] == "false"
    assert second["Resources"]["QueryRunnerFunction"]["Condition"] == "HasQueryApi"
