"""The fields that a state may have: those of the Amazon States Language that are done here."""

JSONATA, JSONPATH = "JSONata", "JSONPath"

_EVERY = {"Type", "Comment", "QueryLanguage"}
_GOING_ON = {"Next", "End", "Assign"}
_BY_TYPE = {
    "Task": _GOING_ON | {"Resource", "TimeoutSeconds", "Retry", "Catch"},
    "Parallel": _GOING_ON | {"Branches", "Retry", "Catch"},
    "Map": _GOING_ON | {"ItemProcessor", "ItemSelector", "MaxConcurrency", "Retry", "Catch"},
    "Pass": _GOING_ON,
    "Wait": _GOING_ON | {"Seconds"},
    "Choice": {"Choices", "Default", "Assign"},
    "Succeed": set(),
    "Fail": {"Error", "Cause"},
}
_PATHS = {"InputPath", "OutputPath"}
_RESULTS = {"Parameters", "ResultPath", "ResultSelector"}
_BY_LANGUAGE = {
    JSONATA: {
        "Task": {"Arguments", "Output"},
        "Parallel": {"Arguments", "Output"},
        "Map": {"Items", "Output"},
        "Pass": {"Output"},
        "Wait": {"Output"},
        "Choice": {"Output"},
        "Succeed": {"Output"},
    },
    JSONPATH: {
        "Task": _PATHS | _RESULTS | {"TimeoutSecondsPath"},
        "Parallel": _PATHS | _RESULTS,
        "Map": _PATHS | {"ResultPath", "ResultSelector", "ItemsPath"},
        "Pass": _PATHS | {"Parameters", "Result", "ResultPath"},
        "Wait": _PATHS | {"SecondsPath"},
        "Choice": _PATHS,
        "Succeed": _PATHS,
        "Fail": {"ErrorPath", "CausePath"},
    },
}
TYPES = tuple(_BY_TYPE)
ENDING = ("Succeed", "Fail")
MACHINE = {"Comment", "StartAt", "States", "QueryLanguage", "TimeoutSeconds", "Version"}
ARRAYS = {"Branches", "Catch", "Choices", "Retry"}  # of objects
BRANCH = {"Comment", "StartAt", "States", "QueryLanguage", "ProcessorConfig"}


def of_state(kind: str, language: str) -> set[str]:
    """Return the fields of a state of a type in a query language."""
    return _EVERY | _BY_TYPE[kind] | _BY_LANGUAGE[language].get(kind, set())
