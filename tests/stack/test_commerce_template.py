"""The order book's template: what it is to the first one, what its job and functions are given."""

import re
from typing import Any

from commerce.package import JOB_SCRIPTS
from glue_jobs.commerce.contracts import CONTRACTS, FIRST_DAY
from glue_jobs.marts.limits import limits_of
from tests.template import COMMERCE, PROJECT, TEMPLATES, resources, template
from tests.tools.saved_queries import QUERIES, template_with_queries

SCRIPT = "commerce/write_report.py"
UNKNOWN = "unknown"  # the source of a file whose key names none
VIEWS = PROJECT / "commerce" / "views"
ANALYTICS = "capstone-analytics-${StudentId}-${AWS::AccountId}"
JOB, MARTS_JOB, REPORT_JOB = resources("AWS::Glue::Job", COMMERCE).values()
FUNCTIONS = resources("AWS::Lambda::Function", COMMERCE)
RULES = resources("AWS::Events::Rule", COMMERCE)


def _database(layer: str) -> dict[str, Any]:
    student = {"Fn::Join": ["_", {"Fn::Split": ["-", {"Ref": "StudentId"}]}]}
    return {"Fn::Join": ["_", [layer, student]]}


PLACES = {
    "--TempDir": {"Fn::Sub": f"s3://{ANALYTICS}/temp/"},
    "--conf": {"Fn::Sub": "spark.hadoop.fs.s3a.endpoint.region=${AWS::Region}"},
    "--analytics_path": {"Fn::Sub": f"s3://{ANALYTICS}/"},
    "--bronze_database": _database("bronze"),
    "--silver_database": _database("silver"),
    "--gold_database": _database("gold"),
    "--region": {"Ref": "AWS::Region"},
    "--dpu_hour_price": {"Ref": "DpuHourPrice"},
    "--student_id": {"Ref": "StudentId"},
}


def _own(job: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments that are not Glue's."""
    given = job["DefaultArguments"]
    return {name: value for name, value in given.items() if "-" not in name.removeprefix("--")}


def test_own_arguments() -> None:
    """The job is told where everything is; a run reads all sources, as the bookmark has them."""
    assert _own(JOB) == {
        **PLACES,
        "--raw_path": {"Fn::Sub": "s3://${LandingBucket}/raw/"},
        "--sources": ",".join(CONTRACTS),
        "--dates": "none",
        "--source_time_zone": {"Ref": "SourceTimeZone"},
        "--max_files": "1000",
    }


def test_arguments_of_the_marts() -> None:
    """The limits are those of the questions; names are shown to nobody who did not ask."""
    assert _own(MARTS_JOB) == {
        **PLACES,
        "--recency_days": "30,60,120,240",
        "--order_counts": "2,3,5,8",
        "--order_days": "180",
        "--session_days": "30",
        "--most_products": "50",
        "--least_baskets": "5",
        "--show_pii": {"Ref": "ShowPii"},
        "--source_time_zone": {"Ref": "SourceTimeZone"},
    }
    assert template(COMMERCE)["Parameters"]["ShowPii"]["Default"] == "false"
    given = {"--show_pii": "true", "--source_time_zone": "UTC"}
    assert limits_of({
        name.removeprefix("--"): value for name, value in {**_own(MARTS_JOB), **given}.items()
    }).show_pii


def test_arguments_of_the_report() -> None:
    """It is the job of the first stack but for its domain, its names and its code."""
    [first] = (job for name, job in resources("AWS::Glue::Job").items() if name == "ReportJob")
    names = {"--work_group": "capstone-${StudentId}", "--analytics_bucket": ANALYTICS}
    elsewhere = {"--conf", "--analytics_path"}  # what Spark is told

    assert _own(REPORT_JOB) == {
        **{name: place for name, place in PLACES.items() if name not in elsewhere},
        **{name: {"Fn::Sub": value} for name, value in names.items()},
        "--domain": "commerce",
        "--day": "yesterday",
        "--source_time_zone": {"Ref": "SourceTimeZone"},
    }
    assert {name for name in _own(REPORT_JOB) if name not in _own(first)} == {
        "--domain",
        "--source_time_zone",
        "--dpu_hour_price",
        "--student_id",
    }
    own = {"Name", "DependsOn", "Command", "DefaultArguments"}
    assert {name: of for name, of in REPORT_JOB.items() if name not in own} == {
        name: of for name, of in first.items() if name not in own
    }
    modules = "--additional-python-modules"
    assert REPORT_JOB["DefaultArguments"][modules] == first["DefaultArguments"][modules]
    script = REPORT_JOB["Command"]["ScriptLocation"]["Fn::Sub"]
    assert script == f"s3://{ANALYTICS}/{SCRIPT}"
    assert JOB_SCRIPTS[SCRIPT] == "glue_jobs/write_report.py"


def test_bookmark() -> None:
    """The bookmark is on, but for what reads all that is published; no two runs share it."""
    assert JOB["DefaultArguments"]["--job-bookmark-option"] == "job-bookmark-enable"
    assert MARTS_JOB["DefaultArguments"]["--job-bookmark-option"] == "job-bookmark-disable"
    for job in (JOB, MARTS_JOB):
        assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert (JOB["MaxRetries"], MARTS_JOB["MaxRetries"]) == (1, 0)


def test_names_of_the_first_stack() -> None:
    """What the first stack makes is called as this template says, so no parameter has to tell."""
    made = template()["Resources"]

    assert made["AnalyticsBucket"]["Properties"]["BucketName"] == {"Fn::Sub": ANALYTICS}
    workgroup = made["WorkGroup"]["Properties"]["Name"]
    for query in resources("AWS::Athena::NamedQuery", COMMERCE).values():
        assert query["WorkGroup"] == workgroup
    for name in ("StudentId", "RoleArn"):
        first, own = (template(file)["Parameters"][name] for file in TEMPLATES)
        assert own["AllowedPattern"] == first["AllowedPattern"]


def test_the_first_stack_goes_last() -> None:
    """What the first stack exports this one imports: CloudFormation deletes none that is in use."""
    exported = template()["Outputs"]["EmptierArn"]
    [emptied] = resources("Custom::EmptiedBuckets", COMMERCE).values()

    assert emptied["ServiceToken"] == {"Fn::ImportValue": exported["Export"]["Name"]}
    assert exported["Value"] == {"Fn::GetAtt": ["EmptierFunction", "Arn"]}
    assert emptied["BucketNames"][0] == {"Ref": "LandingBucket"}


def test_names_are_unlike() -> None:
    """No logical name is in both templates, but that of what cleans up: policies name by them."""
    shared = template()["Resources"].keys() & template(COMMERCE)["Resources"].keys()

    assert shared == {"EmptiedBuckets"}


def test_functions_go_before_the_buckets_are_emptied() -> None:
    """A function that is still there would be started again, and write."""
    for name in FUNCTIONS:
        assert template(COMMERCE)["Resources"][name]["DependsOn"] == "EmptiedBuckets"


def test_functions_have_the_code() -> None:
    """All are packed into the one zip that the command has put there."""
    code = {"S3Bucket": {"Fn::Sub": ANALYTICS}, "S3Key": {"Ref": "CodeKey"}}

    assert len(FUNCTIONS) == 8
    assert all(function["Code"] == code for function in FUNCTIONS.values())


def test_files_reach_the_validator() -> None:
    """What lands is told to the function, what is refused to the topic, what is complete to all."""
    bucket = resources("AWS::S3::Bucket", COMMERCE)["LandingBucket"]
    told = bucket["NotificationConfiguration"]["EventBridgeConfiguration"]
    permission = resources("AWS::Lambda::Permission", COMMERCE)["ValidatorPermission"]
    prefixes = {
        name: rule["EventPattern"]["detail"]["object"]["key"]
        for name, rule in RULES.items()
        if rule.get("EventPattern", {}).get("source") == ["aws.s3"]
    }

    assert told == {"EventBridgeEnabled": True}
    assert prefixes == {
        "ValidatorRule": [{"prefix": "landing/"}],
        "FileRefusedRule": [{"prefix": "quarantine/"}],
        "DayCompleteRule": [{"prefix": "landing/_complete/date="}],
    }
    for name in prefixes:
        pattern = RULES[name]["EventPattern"]
        assert pattern["detail-type"] == ["Object Created"]
        assert pattern["detail"]["bucket"] == {"name": [{"Ref": "LandingBucket"}]}
    assert permission["SourceArn"] == {"Fn::GetAtt": ["ValidatorRule", "Arn"]}
    assert permission["FunctionName"] == {"Ref": "ValidatorFunction"}


def test_no_event_is_lost() -> None:
    """One that the rule could not hand over, and one that the function failed at, are kept."""
    queue = {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    [target] = RULES["ValidatorRule"]["Targets"]
    [retries] = resources("AWS::Lambda::EventInvokeConfig", COMMERCE).values()
    [policy] = resources("AWS::SQS::QueuePolicy", COMMERCE).values()
    [statement] = policy["PolicyDocument"]["Statement"]

    assert target["DeadLetterConfig"] == {"Arn": queue}
    assert retries["DestinationConfig"] == {"OnFailure": {"Destination": queue}}
    assert retries["FunctionName"] == {"Ref": "ValidatorFunction"}
    rule = {"aws:SourceArn": {"Fn::GetAtt": ["ValidatorRule", "Arn"]}}
    assert statement["Condition"] == {"ArnEquals": rule}


def test_the_monitor_is_invoked() -> None:
    """Its schedule may do so, and it is told whose order book to look at."""
    rule, monitor = RULES["QualityMonitorRule"], FUNCTIONS["QualityMonitorFunction"]
    permission = resources("AWS::Lambda::Permission", COMMERCE)["QualityMonitorPermission"]

    assert rule["ScheduleExpression"] == "rate(6 hours)"
    [target] = rule["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": ["QualityMonitorFunction", "Arn"]}
    assert permission["FunctionName"] == {"Ref": "QualityMonitorFunction"}
    assert permission["SourceArn"] == {"Fn::GetAtt": ["QualityMonitorRule", "Arn"]}
    assert monitor["Environment"]["Variables"] == {
        "STUDENT_ID": {"Ref": "StudentId"},
        "SOURCE_TIME_ZONE": {"Ref": "SourceTimeZone"},
        "WORK_GROUP": {"Fn::Sub": "capstone-${StudentId}"},
    }


def test_versions_outlive_dead_letters() -> None:
    """A letter names a version of a file, which may be replaced meanwhile."""
    [queue] = resources("AWS::SQS::Queue", COMMERCE).values()
    rules = resources("AWS::S3::Bucket", COMMERCE)["LandingBucket"]["LifecycleConfiguration"][
        "Rules"
    ]
    [days] = (
        rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
        for rule in rules
        if "NoncurrentVersionExpiration" in rule
    )

    assert days * 24 * 3600 > queue["MessageRetentionPeriod"]


def test_receipts_are_projected() -> None:
    """Every folder that the function may write has its partition."""
    table = resources("AWS::Glue::Table", COMMERCE)["FileReceiptsTable"]["TableInput"]
    projection = table["Parameters"]

    assert projection["projection.source.values"].split(",") == [*CONTRACTS, UNKNOWN]
    assert projection["projection.date.range"] == f"{FIRST_DAY},NOW+1DAY"
    assert projection["storage.location.template"] == {
        "Fn::Sub": "s3://${LandingBucket}/receipts/source=${!source}/date=${!date}/"
    }


def test_api_only_if_asked_for() -> None:
    """Without an address there is no function that fetches, and nothing that it would need."""
    made = template(COMMERCE)["Resources"]
    conditional = {name for name, each in made.items() if each.get("Condition") == "HasApi"}

    assert conditional == {
        "FetchCustomersFunction",
        "FetchCustomersLogGroup",
        "CustomersApiSecret",
        "FetchFailedAlarm",
    }
    assert FUNCTIONS["FetchCustomersFunction"]["Environment"]["Variables"] == {
        "CUSTOMERS_API_URL": {"Ref": "CustomersApiUrl"},
        "SECRET_ARN": {"Ref": "CustomersApiSecret"},
        "BUCKET": {"Ref": "LandingBucket"},
        "MAX_FILE_BYTES": {"Ref": "MaxFileBytes"},
    }


def test_views_come_after_their_tables() -> None:
    """They are created when all that they may read is there, and again with other code."""
    views = template(COMMERCE)["Resources"]["Views"]
    tables = resources("AWS::Glue::Table", COMMERCE)
    names = {each["TableInput"]["Name"]: name for name, each in tables.items()}
    texts = "".join(file.read_text(encoding="utf-8") for file in VIEWS.glob("*.sql"))
    read = {logical for name, logical in names.items() if re.search(rf"\b{name}\b", texts)}

    assert {*views["DependsOn"]} >= read
    assert views["Properties"]["CodeKey"] == {"Ref": "CodeKey"}


def test_named_queries() -> None:
    """The saved statements are those of the page that explains them."""
    page = (PROJECT / "docs" / "commerce-operations.md").read_text(encoding="utf-8")
    explained = re.findall(r"```sql\n(-- commerce .*?)```", page, flags=re.DOTALL)

    queries = resources("AWS::Athena::NamedQuery", COMMERCE).values()
    of_bronze = [each for each in queries if each["Database"] == _database("bronze")]
    assert [query["QueryString"] for query in of_bronze] == explained
    assert len(explained) == 3


def test_questions_are_saved() -> None:
    """Every file of commerce/queries is a saved query of gold; else make dictionary."""
    assert COMMERCE.read_text(encoding="utf-8") == template_with_queries()
    queries = resources("AWS::Athena::NamedQuery", COMMERCE).values()
    of_gold = {each["QueryString"] for each in queries if each["Database"] == _database("gold")}
    assert of_gold == {file.read_text(encoding="utf-8") for file in QUERIES.glob("*.sql")}
