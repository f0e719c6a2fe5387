/*
 * policy_words.h - documents and names that tests of decisions are put together from, as literals.
 *
 * Caller S is session s1 of role R in account A, U a user in A, F a federated user made by U; O and
 * OS are a user and a session of another account.
 */
#pragma once

#define V   "{\"Version\":\"2012-10-17\",\"Statement\":["
#define END "]}"
#define A   "111122223333"
#define S   "arn:aws:sts::" A ":assumed-role/R/s1"
#define R   "arn:aws:iam::" A ":role/path/R"
#define U   "arn:aws:iam::" A ":user/alice"
#define O   "arn:aws:iam::444455556666:user/olga"
#define OS  "arn:aws:sts::444455556666:assumed-role/Q/q1"
#define F   "arn:aws:sts::" A ":federated-user/fred"

/* Identity-like policies: allowing, silent, denying. */
#define ALLOW  V "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}" END
#define SILENT V "{\"Effect\":\"Allow\",\"Action\":\"x:y\",\"Resource\":\"*\"}" END
#define DENY                                                                                       \
    V "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},"                                \
      "{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}" END
/* Resource policies. */
#define TO(who) V "{\"Effect\":\"Allow\",\"Principal\":" who ",\"Action\":\"*\"}" END
#define NOT(who)                                                                                   \
    V "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\"},"                               \
      "{\"Effect\":\"Deny\",\"NotPrincipal\":{\"AWS\":[" who "]},\"Action\":\"*\"}" END
#define ALL_BUT(who) V "{\"Effect\":\"Allow\",\"NotPrincipal\":" AWS(who) ",\"Action\":\"*\"}" END
#define AWS(text)    "{\"AWS\":\"" text "\"}"
#define ROOT         "arn:aws:iam::" A ":root"
#define RCP_FULL                                                                                   \
    V "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}" END
#define RCP_DENY                                                                                   \
    V "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"},"            \
      "{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\"}" END

#define ENDPOINT_DENY                                                                              \
    V "{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}" END

#define ROLE_ARN "arn:aws:iam::" A ":role/T"
#define KEY_ARN  "arn:aws:kms:us-east-1:" A ":key/k"
#define SLR      "arn:aws:iam::" A ":role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
#define SLS      "arn:aws:sts::" A ":assumed-role/AWSServiceRoleForECS/s"
