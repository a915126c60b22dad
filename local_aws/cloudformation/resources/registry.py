"""The resource types that the local CloudFormation makes; everything else is refused by name."""

from local_aws.cloudformation.resources import (
    athena,
    cloudwatch,
    custom,
    events,
    glue,
    iam,
    lambdas,
    logs,
    s3,
    secrets,
    sns,
    sqs,
    stepfunctions,
)
from local_aws.cloudformation.resources.base import ResourceType

RESOURCE_TYPES: dict[str, ResourceType] = {
    kind.type_name: kind()
    for kind in (
        athena.NamedQuery,
        athena.WorkGroup,
        cloudwatch.Alarm,
        cloudwatch.Dashboard,
        custom.CustomResource,
        events.Rule,
        events.Schedule,
        glue.Database,
        glue.Job,
        glue.Table,
        glue.Trigger,
        iam.ManagedPolicy,
        iam.Policy,
        iam.Role,
        lambdas.EventInvokeConfig,
        lambdas.Function,
        lambdas.Permission,
        logs.LogGroup,
        s3.Bucket,
        s3.BucketPolicy,
        secrets.Secret,
        sns.Subscription,
        sns.Topic,
        sns.TopicPolicy,
        sqs.Queue,
        sqs.QueuePolicy,
        stepfunctions.StateMachine,
    )
}


def is_custom(type_name: str) -> bool:
    """Tell whether a function of the user's makes resources of this type."""
    return type_name.startswith("Custom::") or type_name == custom.CustomResource.type_name


def resource_type(type_name: str) -> ResourceType:
    """Return the handler of a type."""
    return RESOURCE_TYPES[custom.CustomResource.type_name if is_custom(type_name) else type_name]
