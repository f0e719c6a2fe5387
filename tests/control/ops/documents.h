/* documents.h - policy documents for tests; they need no percent-encoding in a form's body. */
#pragma once

#define DOCUMENT(statement) "{\"Version\":\"2012-10-17\",\"Statement\":{" statement "}}"
#define ALLOW(action, resource)                                                                    \
    DOCUMENT("\"Effect\":\"Allow\",\"Action\":\"" action "\",\"Resource\":\"" resource "\"")
/* A trust policy: `who` is "AWS" or "Service". */
#define TRUST(who, name)                                                                           \
    DOCUMENT("\"Effect\":\"Allow\",\"Principal\":{\"" who "\":\"" name                             \
             "\"},\"Action\":\"sts:AssumeRole\"")
#define ECS_TRUST TRUST("Service", "ecs-tasks.amazonaws.com")
