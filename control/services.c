#include "control/operation.h"

/* Sources: supporting-apis.md 1, 2.7; ecs-control.md 1 (skew of 5 minutes). */
const struct control_service control_ecs = {
    .name = "ecs",
    .protocol = CONTROL_JSON_1_1,
    .target = "AmazonEC2ContainerServiceV20141113",
    .skew_s = 300,
    .invalid = "InvalidParameterException",
    .malformed = "SerializationException",
    .fault = "ServerException",
    .message = "message",
    .plain_invalid = true,
};

/* The agent's own calls: signed for ecs, because an instance has one endpoint to sign for. */
const struct control_service control_agent_api = {
    .name = "ecs",
    .protocol = CONTROL_JSON_1_1,
    .target = "RemitAgentV1",
    .skew_s = 300,
    .invalid = "InvalidParameterException",
    .malformed = "SerializationException",
    .fault = "ServerException",
    .message = "message",
    .plain_invalid = true,
};

const struct control_service control_admin_api = {
    .name = "ecs",
    .protocol = CONTROL_JSON_1_1,
    .target = "RemitAdminV1",
    .skew_s = 300,
    .invalid = "InvalidParameterException",
    .malformed = "SerializationException",
    .fault = "ServerException",
    .message = "message",
    .plain_invalid = true,
};

const struct control_service control_sts = {
    .name = "sts",
    .protocol = CONTROL_QUERY,
    .version = "2011-06-15",
    .xmlns = "https://sts.amazonaws.com/doc/2011-06-15/",
    .skew_s = 900,
    .invalid = "ValidationError",
    .malformed = "MalformedInput",
    .fault = "InternalFailure",
};

const struct control_service control_iam = {
    .name = "iam",
    .protocol = CONTROL_QUERY,
    .version = "2010-05-08",
    .xmlns = "https://iam.amazonaws.com/doc/2010-05-08/",
    .skew_s = 900,
    .invalid = "ValidationError",
    .malformed = "MalformedInput",
    .fault = "ServiceFailure",
};

const struct control_service control_ecr = {
    .name = "ecr",
    .protocol = CONTROL_JSON_1_1,
    .target = "AmazonEC2ContainerRegistry_V20150921",
    .skew_s = 900,
    .invalid = "InvalidParameterException",
    .malformed = "SerializationException",
    .fault = "ServerException",
    .message = "message",
};

const struct control_service control_ssm = {
    .name = "ssm",
    .protocol = CONTROL_JSON_1_1,
    .target = "AmazonSSM",
    .skew_s = 900,
    .invalid = "ValidationException",
    .malformed = "SerializationException",
    .fault = "InternalServerError",
    .message = "message",
};

const struct control_service control_secretsmanager = {
    .name = "secretsmanager",
    .protocol = CONTROL_JSON_1_1,
    .target = "secretsmanager",
    .skew_s = 900,
    .invalid = "ValidationException",
    .malformed = "SerializationException",
    .fault = "InternalServiceError",
    .message = "Message",
};

const struct control_service control_access_analyzer = {
    .name = "access-analyzer",
    .protocol = CONTROL_REST_JSON,
    .skew_s = 900,
    .invalid = "ValidationException",
    .malformed = "ValidationException",
    .fault = "InternalServerException",
    .message = "message",
};
