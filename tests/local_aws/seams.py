"""The seams: what of moto the local AWS overrides or sets, as ``test_seams`` finds it there."""

from tests.local_aws import stepfunctions_seams

_MAKER = "moto.core.base_backend.AccountSpecificBackend.__getitem__"
_ROUTER = "moto.core.base_backend.BaseBackend.url_paths"


def _actions(owner: str, *names: str) -> dict[str, str]:
    """Return methods that answer an action each."""
    return {f"{owner}.{name}": "(self)" for name in names}


# Our class: {what of moto it overrides: the parameters of that}.
OVERRIDDEN = {
    "local_aws.athena.backend.InvalidRequestException": {
        "moto.core.exceptions.JsonRESTError.__init__": (
            "(self, error_type, message, _='', **kwargs)"
        ),
    },
    "local_aws.athena.backend.LocalAthenaBackend": {
        "moto.core.base_backend.BaseBackend._url_module": "property",
        "moto.athena.models.AthenaBackend.start_query_execution": (
            "(self, query, context, config, workgroup, execution_parameters)"
        ),
        "moto.athena.models.AthenaBackend.stop_query_execution": "(self, exec_id)",
        "moto.athena.models.AthenaBackend.create_work_group": (
            "(self, name, configuration, description, tags)"
        ),
        "moto.athena.models.AthenaBackend.get_data_catalog": "(self, name)",
        "moto.athena.models.AthenaBackend.list_data_catalogs": "(self)",
    },
    "local_aws.athena.executions.LocalExecution": {
        "moto.athena.models.Execution.__init__": (
            "(self, query, context, config, workgroup, execution_parameters)"
        ),
        "moto.moto_api._internal.managed_state_model.ManagedState.status": "property",
        "moto.moto_api._internal.managed_state_model.ManagedState.advance": "(self)",
    },
    "local_aws.athena.responses.LocalAthenaResponse": _actions(
        "moto.athena.responses.AthenaResponse",
        "start_query_execution",
        "get_query_execution",
        "list_query_executions",
        "get_query_results",
        "get_work_group",
        "delete_work_group",
        "get_named_query",
        "get_database",
        "list_databases",
        "get_prepared_statement",
        "get_query_runtime_statistics",
    ),
    "local_aws.cloudformation.api.StackActions": {
        "moto.core.responses.BaseResponse.__init__": "(self, service_name=None)",
        "moto.core.responses.BaseResponse.call_action": "(self)",
    },
    "local_aws.cloudwatch.alarms.Alarm": {
        "moto.cloudwatch.models.Alarm.__init__": (
            "(self, account_id, region_name, name, namespace, metric_name, metric_data_queries, "
            "comparison_operator, evaluation_periods, datapoints_to_alarm, period, threshold, "
            "statistic, extended_statistic, description, dimensions, alarm_actions, ok_actions, "
            "insufficient_data_actions, unit, actions_enabled, treat_missing_data, "
            "evaluate_low_sample_count_percentile, threshold_metric_id, rule)"
        ),
        "moto.cloudwatch.models.Alarm.update_state": "(self, reason, reason_data, state_value)",
    },
    "local_aws.cloudwatch.backend.LocalCloudWatchBackend": {
        "moto.core.base_backend.BaseBackend._url_module": "property",
        "moto.cloudwatch.models.CloudWatchBackend.put_metric_alarm": (
            "(self, name, namespace, metric_name, comparison_operator, evaluation_periods, "
            "period, threshold, statistic, description, dimensions, alarm_actions, "
            "metric_data_queries=None, datapoints_to_alarm=None, extended_statistic=None, "
            "ok_actions=None, insufficient_data_actions=None, unit=None, actions_enabled=True, "
            "treat_missing_data=None, evaluate_low_sample_count_percentile=None, "
            "threshold_metric_id=None, rule=None, tags=None)"
        ),
        "moto.cloudwatch.models.CloudWatchBackend.set_alarm_state": (
            "(self, alarm_name, reason, reason_data, state_value)"
        ),
        "moto.cloudwatch.models.CloudWatchBackend.put_metric_data": (
            "(self, namespace, metric_data)"
        ),
        "moto.cloudwatch.models.CloudWatchBackend.get_all_metrics": "(self)",
        "moto.cloudwatch.models.CloudWatchBackend.get_metric_data": (
            "(self, queries, start_time, end_time, scan_by='TimestampAscending')"
        ),
        "moto.cloudwatch.models.CloudWatchBackend.get_filtered_metrics": (
            "(self, metric_name, namespace, dimensions)"
        ),
    },
    "local_aws.cloudwatch.errors.NotOfferedError": {
        "moto.core.exceptions.ServiceException.__init__": "(self, *args, **kwargs)",
    },
    "local_aws.cloudwatch.responses.LocalCloudWatchResponse": _actions(
        "moto.cloudwatch.responses.CloudWatchResponse",
        "put_metric_alarm",
        "describe_alarms",
        "describe_alarms_for_metric",
        "put_metric_data",
        "get_metric_statistics",
    ),
    "local_aws.endpoint._QuietHandler": {
        "werkzeug.serving.WSGIRequestHandler.log_request": "(self, code='-', size='-')",
    },
    "local_aws.glue.api.LocalGlueResponse": _actions(
        "moto.glue.responses.GlueResponse",
        "create_job",
        "get_databases",
        "get_tables",
        "get_partitions",
        "batch_get_partition",
        "batch_create_partition",
        "batch_update_partition",
        "batch_delete_partition",
        "batch_delete_table",
    ),
    "local_aws.glue.backend.LocalGlueBackend": {
        "moto.core.base_backend.BaseBackend._url_module": "property",
        "moto.glue.models.GlueBackend.create_job": (
            "(self, name, role, command, description, log_uri, execution_property, "
            "default_arguments, non_overridable_arguments, connections, max_retries, "
            "allocated_capacity, timeout, max_capacity, security_configuration, tags, "
            "notification_property, glue_version, number_of_workers, worker_type, "
            "code_gen_configuration_nodes, execution_class, source_control_details)"
        ),
        "moto.glue.models.GlueBackend.delete_job": "(self, name)",
        "moto.glue.models.GlueBackend.start_job_run": (
            "(self, name, arguments, allocated_capacity, max_capacity, timeout, worker_type, "
            "security_configuration, number_of_workers, notification_property, "
            "previous_run_id)"
        ),
        "moto.glue.models.GlueBackend.get_job_runs": "(self, job_name)",
        "moto.glue.models.GlueBackend.create_trigger": (
            "(self, name, workflow_name, trigger_type, schedule, predicate, actions, "
            "description, start_on_creation, tags, event_batching_condition)"
        ),
        "moto.glue.models.GlueBackend.start_trigger": "(self, name)",
        "moto.glue.models.GlueBackend.batch_create_partition": (
            "(self, database_name, table_name, partition_input)"
        ),
        "moto.glue.models.GlueBackend.batch_update_partition": (
            "(self, database_name, table_name, entries)"
        ),
    },
    "local_aws.glue.catalog.LocalTable": {
        "moto.glue.models.FakeTable.create_partition": "(self, partiton_input)",
        "moto.glue.models.FakeTable.update_partition": "(self, old_values, partiton_input)",
    },
    "local_aws.glue.runs.LocalJobRun": {
        "moto.glue.models.FakeJobRun.__init__": (
            "(self, job_name, job_run_id=None, arguments=None, allocated_capacity=10, "
            "max_capacity=10.0, timeout=None, worker_type='Standard', "
            "notification_property=None, security_configuration=None, number_of_workers=10)"
        ),
        "moto.moto_api._internal.managed_state_model.ManagedState.status": "property",
        "moto.glue.models.FakeJobRun.as_dict": "(self)",
    },
    "local_aws.glue.runs.LocalJob": {
        "moto.glue.models.FakeJob.__init__": (
            "(self, name, role, command, description, log_uri, execution_property, "
            "default_arguments, non_overridable_arguments, connections, max_retries, "
            "allocated_capacity, timeout, max_capacity, security_configuration, tags, "
            "notification_property, glue_version, number_of_workers, worker_type, "
            "code_gen_configuration_nodes, execution_class, source_control_details, backend)"
        ),
        "moto.glue.models.FakeJob.as_dict": "(self)",
        "moto.glue.models.FakeJob.start_job_run": (
            "(self, allocated_capacity, max_capacity, timeout, worker_type, "
            "security_configuration, number_of_workers, notification_property, "
            "previous_run_id, arguments)"
        ),
    },
    "local_aws.lambdas.backend.LocalLambdaBackend": {
        "moto.core.base_backend.BaseBackend._url_module": "property",
        "moto.awslambda.models.LambdaBackend.put_function_event_invoke_config": (
            "(self, function_name, config)"
        ),
        "moto.awslambda.models.LambdaBackend.update_function_event_invoke_config": (
            "(self, function_name, config)"
        ),
    },
    "local_aws.lambdas.functions.LocalFunction": {
        "moto.awslambda.models.LambdaFunction.__init__": (
            "(self, account_id, spec, region, version=1)"
        ),
        "moto.awslambda.models.LambdaFunction.invoke": (
            "(self, body, request_headers, response_headers)"
        ),
        "moto.awslambda.models.LambdaFunction._set_function_code": "(self, updated_spec)",
        "moto.awslambda.models.LambdaFunction.update_configuration": "(self, config_updates)",
        "moto.awslambda.models.LambdaFunction.get_configuration": "(self, on_create=False)",
    },
    "local_aws.s3.backend.DirectoryS3Backend": {
        "moto.s3.models.S3Backend.__init__": "(self, region_name, account_id)",
        "moto.s3.models.S3Backend._url_module": "property",
        "moto.s3.models.S3Backend.create_bucket": (
            "(self, bucket_name, region_name, bucket_namespace=None)"
        ),
        "moto.s3.models.S3Backend.delete_bucket": "(self, bucket_name)",
        "moto.s3.models.S3Backend.get_object": (
            "(self, bucket_name, key_name, version_id=None, part_number=None, "
            "return_delete_marker=False)"
        ),
        "moto.s3.models.S3Backend.list_objects": (
            "(self, bucket, prefix, delimiter, marker, max_keys)"
        ),
        "moto.s3.models.S3Backend.list_objects_v2": (
            "(self, bucket, prefix, delimiter, continuation_token, start_after, max_keys)"
        ),
        "moto.s3.models.S3Backend.list_object_versions": (
            "(self, bucket_name, delimiter=None, key_marker=None, max_keys=1000, prefix='', "
            "version_id_marker=None)"
        ),
        "moto.s3.models.S3Backend.create_multipart_upload": (
            "(self, bucket_name, key_name, metadata, storage_type, tags, acl, sse_encryption, "
            "kms_key_id)"
        ),
        "moto.s3.models.S3Backend.put_object": (
            "(self, bucket_name, key_name, value, storage=None, etag=None, multipart=None, "
            "encryption=None, kms_key_id=None, bucket_key_enabled=None, lock_mode=None, "
            "lock_legal_status=None, lock_until=None, checksum_value=None, "
            "request_method='PUT', disable_notification=False)"
        ),
        "moto.s3.models.S3Backend.delete_object": (
            "(self, bucket_name, key_name, version_id=None, bypass=False)"
        ),
    },
    "local_aws.s3.conditions.ConditionNotOfferedError": {
        "moto.core.exceptions.ServiceException.__init__": "(self, *args, **kwargs)",
    },
    "local_aws.s3.conditions.ConditionalS3Response": {
        "moto.s3.responses.S3Response.get_object": "(self)",
        "moto.s3.responses.S3Response.copy_object": "(self)",
        "moto.s3.responses.S3Response.put_object": "(self)",
        "moto.s3.responses.S3Response.upload_part_copy": "(self)",
        "moto.s3.responses.S3Response.delete_object": "(self)",
        "moto.s3.responses.S3Response._bucket_response_delete_keys": (
            "(self, bucket_name, authenticated=True)"
        ),
    },
    "local_aws.s3.responses.LocalS3Response": {
        "moto.s3.responses.S3Response.get_bucket_notification": "(self)",
    },
    "local_aws.s3.keys.FileKey": {
        "moto.core.common_models.BaseModel.__new__": "(cls, *args, **kwargs)",
        "moto.s3.models.FakeKey.__init__": (
            "(self, name, value, account_id, region_name, storage='STANDARD', etag=None, "
            "is_versioned=False, version_id=None, max_buffer_size=None, multipart=None, "
            "bucket_name=None, encryption=None, kms_key_id=None, bucket_key_enabled=None, "
            "lock_mode=None, lock_legal_status=None, lock_until=None, checksum_value=None, "
            "checksum_type=None, checksum_parts=None)"
        ),
        "moto.s3.models.FakeKey.value": "property",
        "moto.s3.models.FakeKey.etag": "property",
        "moto.s3.models.FakeKey.dispose": "(self, garbage=False)",
        "moto.s3.models.FakeKey.__getstate__": "(self)",
        "moto.s3.models.FakeKey.__setstate__": "(self, state)",
    },
    **stepfunctions_seams.OVERRIDDEN,
}
# Our module: {what of moto it sets: (what that is, who looks it up when it is needed)}.
PATCHED = {
    "local_aws.athena": {
        "moto.athena.models.athena_backends.backend": ("AthenaBackend", _MAKER),
        "moto.athena.urls.url_paths": ({"{0}/$": "AthenaResponse.dispatch"}, _ROUTER),
    },
    "local_aws.cloudformation.installation": {
        "moto.cloudformation.urls.url_paths": (
            {
                "{0}/$": "CloudFormationResponse.dispatch",
                "{0}/cloudformation_(?P<region>[^/]+)/cfnresponse$": (
                    "CloudFormationResponse.cfnresponse"
                ),
            },
            _ROUTER,
        ),
    },
    "local_aws.cloudwatch": {
        "moto.cloudwatch.models.Alarm": (
            "Alarm",
            "moto.cloudwatch.models.CloudWatchBackend.put_metric_alarm",
        ),
        "moto.cloudwatch.models.cloudwatch_backends.backend": ("CloudWatchBackend", _MAKER),
        "moto.cloudwatch.urls.url_paths": ({"{0}/$": "CloudWatchResponse.dispatch"}, _ROUTER),
    },
    "local_aws.endpoint": {
        "moto.moto_server.werkzeug_app.DISABLE_GLOBAL_CORS": (
            "False",
            "moto.moto_server.werkzeug_app.create_backend_app",
        ),
    },
    "local_aws.glue": {
        "moto.glue.models.FakeJob": ("FakeJob", "moto.glue.models.GlueBackend.create_job"),
        "moto.glue.models.FakeJobRun": ("FakeJobRun", "moto.glue.models.FakeJob.start_job_run"),
        "moto.glue.models.FakeTable": ("FakeTable", "moto.glue.models.GlueBackend.create_table"),
        "moto.glue.models.glue_backends.backend": ("GlueBackend", _MAKER),
        "moto.glue.urls.url_paths": ({"{0}/$": "GlueResponse.dispatch"}, _ROUTER),
    },
    "local_aws.lambdas.installation": {
        "moto.awslambda.models.lambda_backends.backend": ("LambdaBackend", _MAKER),
        "moto.awslambda.models.LambdaFunction": (
            "LambdaFunction",
            "moto.awslambda.models.LambdaBackend.create_function",
        ),
    },
    "local_aws.s3.installation": {
        "moto.s3.models.FakeBucket.get_permission": (
            "(self, action, resource)",
            "moto.s3.responses.S3Response._key_response",
        ),
        "moto.s3.models.s3_backends.backend": ("S3Backend", _MAKER),
        "moto.s3.notifications._send_event_bridge_message": (
            "(account_id, bucket, event_name, key)",
            "moto.s3.notifications.send_event",
        ),
        "moto.s3.urls.url_paths": (
            {
                "{0}/$": "S3Response.bucket_dispatch",
                "{0}/(?P<key_or_bucket_name>[^/]+)$": "S3Response.ambiguous_dispatch",
                "{0}/(?P<key_or_bucket_name>[^/]+)/$": "S3Response.ambiguous_dispatch",
                "{0}/(?P<bucket_name_path>[^/]+)/(?P<key_name>.+)": "S3Response.key_dispatch",
                "{0}/(?P<key_name>/.*)$": "S3Response.key_dispatch",
            },
            _ROUTER,
        ),
    },
    **stepfunctions_seams.PATCHED,
}
