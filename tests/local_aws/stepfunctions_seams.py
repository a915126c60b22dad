"""The seams of Step Functions, rows of the tables in ``seams``."""

_SFN = "moto.stepfunctions"
_ASL = f"{_SFN}.parser.asl.component"
_EVAL = f"{_ASL}.eval_component.EvalComponent.eval"
_TASK = f"{_ASL}.state.exec.state_task.service"
_SERVICE_TASK = f"{_TASK}.state_task_service.StateTaskService"
_CALLBACK_TASK = f"{_TASK}.state_task_service_callback.StateTaskServiceCallback"
_BACKEND = f"{_SFN}.models.StepFunctionBackend"
_PARSER_BACKEND = f"{_SFN}.parser.models.StepFunctionsParserBackend"
_RESPONSE = f"{_SFN}.responses.StepFunctionResponse"
_EXECUTION = f"{_SFN}.parser.backend.execution"
_WORKER = f"{_SFN}.parser.backend.execution_worker.ExecutionWorker"
_PREPROCESSOR = f"{_SFN}.parser.asl.parse.preprocessor"
_MAKER = "moto.core.base_backend.AccountSpecificBackend.__getitem__"
_ROUTER = "moto.core.base_backend.BaseBackend.url_paths"

OVERRIDDEN = {
    "local_aws.stepfunctions.backend.LocalStepFunctionsBackend": {
        f"{_BACKEND}.__init__": "(self, region_name, account_id)",
        "moto.core.base_backend.BaseBackend._url_module": "property",
        f"{_PARSER_BACKEND}.create_state_machine": (
            "(self, name, definition, roleArn, tags=None, publish=None, "
            "loggingConfiguration=None, tracingConfiguration=None, "
            "encryptionConfiguration=None, version_description=None, sm_type=None)"
        ),
        f"{_PARSER_BACKEND}.update_state_machine": (
            "(self, arn, definition=None, role_arn=None, "
            "logging_configuration=None, tracing_configuration=None, "
            "encryption_configuration=None, publish=None, version_description=None)"
        ),
        f"{_BACKEND}.delete_state_machine": "(self, arn)",
        f"{_PARSER_BACKEND}.start_execution": (
            "(self, state_machine_arn, name=None, execution_input=None, trace_header=None)"
        ),
        f"{_BACKEND}.stop_execution": "(self, execution_arn)",
    },
    "local_aws.stepfunctions.errors.InvalidDefinition": {
        "moto.core.exceptions.AWSError.__init__": (
            "(self, message, exception_type=None, status=None)"
        ),
    },
    "local_aws.stepfunctions.executions.LocalExecution": {
        f"{_EXECUTION}.Execution.__init__": (
            "(self, name, sm_type, role_arn, exec_arn, account_id, region_name, "
            "state_machine, start_date, cloud_watch_logging_session, "
            "activity_store, input_data, trace_header=None)"
        ),
        f"{_EXECUTION}.Execution.start": "(self)",
        f"{_EXECUTION}.Execution._get_start_execution_worker_comm": "(self)",
        f"{_EXECUTION}.Execution._get_start_execution_worker": "(self)",
    },
    "local_aws.stepfunctions.executions._End": {
        f"{_EXECUTION}.BaseExecutionWorkerCommunication.terminated": "(self)",
    },
    "local_aws.stepfunctions.executions._Worker": {
        f"{_WORKER}._get_evaluation_entrypoint": "(self)",
        f"{_WORKER}._get_evaluation_environment": "(self)",
    },
    "local_aws.stepfunctions.errors.NotOfferedError": {
        "moto.core.exceptions.ServiceException.__init__": "(self, *args, **kwargs)",
    },
    "local_aws.stepfunctions.responses.LocalStepFunctionsResponse": {
        "moto.core.responses.BaseResponse.call_action": "(self)",
        f"{_RESPONSE}.create_state_machine": "(self)",
        f"{_RESPONSE}.update_state_machine": "(self)",
        f"{_RESPONSE}.stepfunction_backend": "property",
        f"{_RESPONSE}._describe_state_machine": "(self, state_machine_arn)",
        f"{_RESPONSE}.describe_execution": "(self)",
        f"{_RESPONSE}.list_executions": "(self)",
        f"{_RESPONSE}.stop_execution": "(self)",
        f"{_RESPONSE}.get_execution_history": "(self)",
    },
    "local_aws.stepfunctions.tasks._TimelyTask": {
        f"{_SERVICE_TASK}._after_eval_execution": (
            "(self, env, resource_runtime_part, normalised_parameters, state_credentials)"
        ),
    },
    "local_aws.stepfunctions.tasks.LocalTask": {
        f"{_CALLBACK_TASK}.__init__": "(self, supported_integration_patterns)",
        f"{_SERVICE_TASK}._validate_service_integration_is_supported": "(self)",
        f"{_SERVICE_TASK}._get_sfn_resource_type": "(self)",
        f"{_SERVICE_TASK}._eval_service_task": (
            "(self, env, resource_runtime_part, normalised_parameters, state_credentials)"
        ),
        f"{_CALLBACK_TASK}._eval_integration_pattern": (
            "(self, env, resource_runtime_part, normalised_parameters, state_credentials)"
        ),
        f"{_CALLBACK_TASK}._from_error": "(self, env, ex)",
    },
}
PATCHED = {
    "local_aws.stepfunctions": {
        f"{_SFN}.models.stepfunctions_backends.backend": ("StepFunctionBackend", _MAKER),
        f"{_SFN}.parser.models.Execution": (
            "Execution",
            f"{_PARSER_BACKEND}.start_execution",
        ),
        f"{_SFN}.urls.url_paths": ({"{0}/$": "StepFunctionResponse.dispatch"}, _ROUTER),
    },
    "local_aws.stepfunctions.interpreter": {
        f"{_ASL}.common.assign.assign_decl.AssignDecl._eval_body": ("(self, env)", _EVAL),
        f"{_ASL}.common.error_name.custom_error_name.ILLEGAL_CUSTOM_ERROR_PREFIX": (
            "'States.'",
            f"{_ASL}.common.error_name.custom_error_name.CustomErrorName.__init__",
        ),
        f"{_ASL}.common.error_name.error_equals_decl.ErrorEqualsDecl._eval_body": (
            "(self, env)",
            _EVAL,
        ),
        f"{_ASL}.common.outputdecl.Output._eval_body": ("(self, env)", _EVAL),
        f"{_ASL}.common.retry.retrier_decl.RetrierDecl._eval_body": ("(self, env)", _EVAL),
        f"{_ASL}.common.string.string_expression.StringJSONata._eval_body": (
            "(self, env)",
            _EVAL,
        ),
        f"{_ASL}.common.string.string_expression.StringVariableSample._eval_body": (
            "(self, env)",
            _EVAL,
        ),
        f"{_ASL}.state.exec.state_task.state_task_factory.state_task_service_for": (
            "(service_name)",
            f"{_ASL}.state.exec.state_task.state_task_factory.state_task_for",
        ),
        f"{_PREPROCESSOR}.Preprocessor._inner_string_of": (
            "(parser_rule_context)",
            f"{_PREPROCESSOR}.Preprocessor.visitString_jsonpath",
        ),
        f"{_PREPROCESSOR}.from_string_literal": (
            "(parser_rule_context)",
            f"{_PREPROCESSOR}.Preprocessor.visitString_literal",
        ),
        f"{_SFN}.parser.asl.utils.json_path.parse": (
            "(path, debug=None)",
            f"{_SFN}.parser.asl.utils.json_path.extract_json",
        ),
    },
}
