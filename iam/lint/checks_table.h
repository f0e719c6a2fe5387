/*
 * checks_table.h - every check as a row: code, type, who else has it, what parliament calls it,
 * meaning.
 *
 * To be included with CHECK(code, type, source, parliament, meaning) defined: checks.c makes the
 * table of it, lint_internal.h the enum. Order: Access Analyzer's errors, security warnings,
 * warnings, suggestions, then parliament's, then Remit's own, then those over several documents.
 */
#ifdef CHECK

/* ---- Access Analyzer: errors (20.1) ---- */
CHECK(ARN_ACCOUNT_NOT_ALLOWED, ERROR, ACCESS_ANALYZER, NULL,
      "The ARN of such a resource has no account.")
CHECK(ARN_REGION_NOT_ALLOWED, ERROR, ACCESS_ANALYZER, NULL,
      "The ARN of such a resource has no region.")
CHECK(DATA_TYPE_MISMATCH, ERROR, ACCESS_ANALYZER, "MALFORMED",
      "An element has a value of the wrong JSON type.")
CHECK(DUPLICATE_KEYS_WITH_DIFFERENT_CASE, ERROR, ACCESS_ANALYZER, NULL,
      "A condition key stands twice under one operator; capitals make no difference.")
CHECK(INVALID_ACTION, ERROR, ACCESS_ANALYZER, "UNKNOWN_ACTION", "The service has no such action.")
CHECK(INVALID_ARN_ACCOUNT, ERROR, ACCESS_ANALYZER, "INVALID_ARN",
      "The account of an ARN is neither twelve digits nor a wildcard.")
CHECK(INVALID_ARN_PREFIX, ERROR, ACCESS_ANALYZER, "INVALID_ARN",
      "A resource is neither an ARN nor a wildcard.")
CHECK(INVALID_ARN_REGION, ERROR, ACCESS_ANALYZER, "INVALID_ARN", "The region of an ARN is none.")
CHECK(INVALID_ARN_RESOURCE, ERROR, ACCESS_ANALYZER, "INVALID_ARN",
      "The resource part of an ARN fits no resource type of the service.")
CHECK(INVALID_ARN_SERVICE_CASE, ERROR, ACCESS_ANALYZER, "INVALID_ARN",
      "The service of an ARN has capitals.")
CHECK(INVALID_CONDITION_DATA_TYPE, ERROR, ACCESS_ANALYZER, NULL,
      "The values of one condition key have different JSON types.")
CHECK(INVALID_CONDITION_KEY_FORMAT, ERROR, ACCESS_ANALYZER, NULL,
      "A condition key is not service:name.")
CHECK(INVALID_CONDITION_MULTIPLE_BOOLEAN, ERROR, ACCESS_ANALYZER, NULL,
      "A truth is compared with several values.")
CHECK(INVALID_CONDITION_OPERATOR, ERROR, ACCESS_ANALYZER, "UNKNOWN_OPERATOR",
      "There is no such condition operator.")
CHECK(INVALID_EFFECT, ERROR, ACCESS_ANALYZER, "MALFORMED", "Effect is neither Allow nor Deny.")
CHECK(INVALID_GLOBAL_CONDITION_KEY, ERROR, ACCESS_ANALYZER, NULL,
      "There is no such aws: condition key.")
CHECK(INVALID_PARTITION, ERROR, ACCESS_ANALYZER, "INVALID_ARN", "The partition of an ARN is none.")
CHECK(INVALID_POLICY_ELEMENT, ERROR, ACCESS_ANALYZER, "MALFORMED", "A policy has no such element.")
CHECK(INVALID_PRINCIPAL_FORMAT, ERROR, ACCESS_ANALYZER, "MALFORMED",
      "Principal is neither \"*\" nor an object.")
CHECK(INVALID_PRINCIPAL_KEY, ERROR, ACCESS_ANALYZER, "MALFORMED",
      "A principal's type is not AWS, Service, Federated or CanonicalUser.")
CHECK(INVALID_REGION, ERROR, ACCESS_ANALYZER, NULL,
      "A condition compares with a region that is none.")
CHECK(INVALID_SERVICE, ERROR, ACCESS_ANALYZER, "UNKNOWN_PREFIX",
      "The service of an ARN does not exist.")
CHECK(INVALID_SERVICE_CONDITION_KEY, ERROR, ACCESS_ANALYZER, NULL,
      "The service has no such condition key.")
CHECK(INVALID_SERVICE_IN_ACTION, ERROR, ACCESS_ANALYZER, "UNKNOWN_PREFIX",
      "The service of an action does not exist.")
CHECK(INVALID_VARIABLE_FOR_OPERATOR, ERROR, ACCESS_ANALYZER, NULL,
      "A policy variable under an operator that takes none.")
CHECK(INVALID_VERSION, ERROR, ACCESS_ANALYZER, "INVALID_VERSION",
      "Version is neither 2012-10-17 nor 2008-10-17.")
CHECK(JSON_SYNTAX_ERROR, ERROR, ACCESS_ANALYZER, "MALFORMED_JSON", "The document is not JSON.")
CHECK(MISSING_ACTION, ERROR, ACCESS_ANALYZER, "MALFORMED",
      "A statement has neither Action nor NotAction.")
CHECK(MISSING_ARN_FIELD, ERROR, ACCESS_ANALYZER, "INVALID_ARN", "An ARN has fewer than six parts.")
CHECK(MISSING_ARN_REGION, ERROR, ACCESS_ANALYZER, "INVALID_ARN",
      "The ARN of such a resource needs a region.")
CHECK(MISSING_ARN_ACCOUNT, ERROR, ACCESS_ANALYZER, "INVALID_ARN",
      "The ARN of such a resource needs an account.")
CHECK(MISSING_EFFECT, ERROR, ACCESS_ANALYZER, "MALFORMED", "A statement has no Effect.")
CHECK(MISSING_PRINCIPAL, ERROR, ACCESS_ANALYZER, "MALFORMED",
      "A statement of such a policy needs a Principal.")
CHECK(MISSING_QUALIFIER, ERROR, ACCESS_ANALYZER, NULL,
      "A multivalued condition key needs ForAllValues or ForAnyValue.")
CHECK(MISSING_RESOURCE, ERROR, ACCESS_ANALYZER, "MALFORMED",
      "A statement has neither Resource nor NotResource.")
CHECK(MISSING_STATEMENT, ERROR, ACCESS_ANALYZER, "MALFORMED", "The policy has no Statement.")
CHECK(NULL_WITH_IF_EXISTS, ERROR, ACCESS_ANALYZER, NULL, "Null has no IfExists form.")
CHECK(SCP_SYNTAX_ERROR_ACTION_WILDCARD, ERROR, ACCESS_ANALYZER, NULL,
      "By the older rules an SCP has wildcards at the end of an action only.")
CHECK(SCP_SYNTAX_ERROR_PRINCIPAL, ERROR, ACCESS_ANALYZER, NULL, "An SCP has no Principal.")
CHECK(SCP_SYNTAX_ERROR_ALLOW_CONDITION, ERROR, ACCESS_ANALYZER, NULL,
      "By the older rules an SCP's Allow has no Condition.")
CHECK(SCP_SYNTAX_ERROR_ALLOW_NOTACTION, ERROR, ACCESS_ANALYZER, NULL,
      "By the older rules an SCP's Allow has no NotAction.")
CHECK(SCP_SYNTAX_ERROR_ALLOW_RESOURCE, ERROR, ACCESS_ANALYZER, NULL,
      "By the older rules an SCP's Allow is for Resource \"*\".")
CHECK(SCP_SYNTAX_ERROR_NOTRESOURCE, ERROR, ACCESS_ANALYZER, NULL,
      "By the older rules an SCP has no NotResource.")
CHECK(UNIQUE_SIDS_REQUIRED, ERROR, ACCESS_ANALYZER, "DUPLICATE_SID", "A Sid stands twice.")
CHECK(UNSUPPORTED_ACTION_IN_POLICY, ERROR, ACCESS_ANALYZER, NULL,
      "The action can't be in the policy of such a resource.")
CHECK(UNSUPPORTED_ELEMENT_COMBINATION, ERROR, ACCESS_ANALYZER, "MALFORMED",
      "A statement has an element and its Not form.")
CHECK(UNSUPPORTED_GLOBAL_CONDITION_KEY, ERROR, ACCESS_ANALYZER, NULL,
      "The condition key aws:ARN is not supported.")
CHECK(UNSUPPORTED_PRINCIPAL, ERROR, ACCESS_ANALYZER, NULL,
      "A policy of this type has no Principal.")
CHECK(UNSUPPORTED_RESOURCE_ARN_IN_POLICY, ERROR, ACCESS_ANALYZER, NULL,
      "The resource can't be in the policy of such a resource.")
CHECK(UNSUPPORTED_SID, ERROR, ACCESS_ANALYZER, "INVALID_SID", "A Sid has letters and digits only.")
CHECK(UNSUPPORTED_WILDCARD_IN_PRINCIPAL, ERROR, ACCESS_ANALYZER, "UNKNOWN_PRINCIPAL",
      "A principal is written out or \"*\": wildcards inside it mean nothing.")
CHECK(MISSING_BRACE_IN_VARIABLE, ERROR, ACCESS_ANALYZER, NULL, "A policy variable is not closed.")
CHECK(MISSING_QUOTE_IN_VARIABLE, ERROR, ACCESS_ANALYZER, NULL,
      "The default of a policy variable needs single quotes on both sides.")
CHECK(UNSUPPORTED_SPACE_IN_VARIABLE, ERROR, ACCESS_ANALYZER, NULL, "A policy variable has a space.")
CHECK(EMPTY_VARIABLE, ERROR, ACCESS_ANALYZER, NULL, "A policy variable without a name.")
CHECK(VARIABLE_UNSUPPORTED_IN_ELEMENT, ERROR, ACCESS_ANALYZER, NULL,
      "A policy variable in an element that takes none.")
CHECK(VARIABLE_UNSUPPORTED_IN_VERSION, ERROR, ACCESS_ANALYZER, NULL,
      "Policy variables need Version 2012-10-17.")
CHECK(PRIVATE_IP_ADDRESS, ERROR, ACCESS_ANALYZER, NULL,
      "aws:SourceIp is a public address: private ranges never match.")
CHECK(PRIVATE_NOT_IP_ADDRESS, ERROR, ACCESS_ANALYZER, NULL,
      "aws:SourceIp is a public address: leaving out private ranges has no effect.")
CHECK(POLICY_SIZE_EXCEEDS_SCP_QUOTA, ERROR, ACCESS_ANALYZER, NULL,
      "The policy is longer than an SCP may be.")
CHECK(POLICY_SIZE_EXCEEDS_RCP_QUOTA, ERROR, ACCESS_ANALYZER, NULL,
      "The policy is longer than an RCP may be.")
CHECK(INVALID_SERVICE_PRINCIPAL_FORMAT, ERROR, ACCESS_ANALYZER, "UNKNOWN_PRINCIPAL",
      "A service principal is not of the form service.amazonaws.com.")
CHECK(MISSING_TAG_KEY_IN_CONDITION, ERROR, ACCESS_ANALYZER, NULL,
      "A condition key about a tag lacks the tag's key.")
CHECK(INVALID_VPC_FORMAT, ERROR, ACCESS_ANALYZER, NULL,
      "The id of a VPC is vpc- and 8 or 17 hexadecimal digits.")
CHECK(INVALID_VPCE_FORMAT, ERROR, ACCESS_ANALYZER, NULL,
      "The id of a VPC endpoint is vpce- and 8 or 17 hexadecimal digits.")
CHECK(FEDERATED_PRINCIPAL_NOT_SUPPORTED, ERROR, ACCESS_ANALYZER, NULL,
      "Federated principals are for trust policies only.")
CHECK(UNSUPPORTED_ACTION_FOR_CONDITION_KEY, ERROR, ACCESS_ANALYZER, "UNKNOWN_CONDITION_FOR_ACTION",
      "A request for the action never has the condition key.")
CHECK(UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL, ERROR, ACCESS_ANALYZER, NULL,
      "A service's own calls never have the condition key.")
CHECK(ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL, ERROR, ACCESS_ANALYZER, "MALFORMED",
      "A trust policy has no NotPrincipal.")
CHECK(ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL, ERROR, ACCESS_ANALYZER, NULL,
      "A trust policy names who may assume the role; \"*\" is everybody.")
CHECK(ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE, ERROR, ACCESS_ANALYZER, "MALFORMED",
      "A trust policy has no Resource.")
CHECK(TYPE_MISMATCH_IP_RANGE, ERROR, ACCESS_ANALYZER, "MISMATCHED_TYPE",
      "A value is neither an address nor a block of them.")
CHECK(MISSING_ACTION_FOR_CONDITION_KEY, ERROR, ACCESS_ANALYZER, NULL,
      "The condition key comes with an action that the statement lacks.")
CHECK(INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY, ERROR, ACCESS_ANALYZER,
      "UNKNOWN_FEDERATION_SOURCE",
      "A federated principal is neither a domain nor the ARN of a provider.")
CHECK(MISMATCHED_ACTION_FOR_PRINCIPAL, ERROR, ACCESS_ANALYZER, NULL,
      "The action is not one that such a principal calls.")
CHECK(MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY, ERROR, ACCESS_ANALYZER, NULL,
      "Roles Anywhere needs sts:AssumeRole, sts:SetSourceIdentity and sts:TagSession.")
CHECK(RCP_SYNTAX_ERROR_PRINCIPAL, ERROR, ACCESS_ANALYZER, NULL, "The Principal of an RCP is \"*\".")
CHECK(RCP_SYNTAX_ERROR_ALLOW, ERROR, ACCESS_ANALYZER, NULL, "An RCP only denies.")
CHECK(RCP_SYNTAX_ERROR_NOTACTION, ERROR, ACCESS_ANALYZER, NULL, "An RCP has no NotAction.")
CHECK(RCP_SYNTAX_ERROR_ACTION, ERROR, ACCESS_ANALYZER, NULL,
      "RCPs do not reach the action's service.")
CHECK(INVALID_KMS_KEY_VALUE, ERROR, ACCESS_ANALYZER, NULL,
      "The condition key holds the ARN of a KMS key, and the value is none.")
CHECK(VARIABLE_USAGE_TOO_PERMISSIVE, ERROR, ACCESS_ANALYZER, NULL,
      "A policy variable makes a value of little meaning.")
CHECK(WILDCARD_USAGE_TOO_PERMISSIVE, ERROR, ACCESS_ANALYZER, NULL,
      "A wildcard makes a value of little meaning.")

/* ---- Access Analyzer: security warnings ---- */
CHECK(ALLOW_WITH_NOT_PRINCIPAL, SECURITY_WARNING, ACCESS_ANALYZER, "NOTPRINCIPAL_WITH_ALLOW",
      "Allow with NotPrincipal lets everybody else in, also anonymous callers.")
CHECK(UNTRUSTWORTHY_CONDITION_KEY, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "The caller chooses the value of the condition key.")
CHECK(FORALLVALUES_WITH_SINGLE_VALUED_KEY, SECURITY_WARNING, ACCESS_ANALYZER,
      "SINGLE_VALUE_CONDITION_TOO_PERMISSIVE",
      "ForAllValues on a single-valued key holds when the key is missing.")
CHECK(PASS_ROLE_WITH_NOT_RESOURCE, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "iam:PassRole on all roles but some.")
CHECK(PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "A wildcard that covers iam:PassRole, on all roles but some.")
CHECK(PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "A NotAction that leaves iam:PassRole, on all roles but some.")
CHECK(PASS_ROLE_WITH_STAR_IN_RESOURCE, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "iam:PassRole on a wildcard, for any service.")
CHECK(PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "A wildcard that covers iam:PassRole, on a wildcard.")
CHECK(PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "A NotAction that leaves iam:PassRole, on a wildcard.")
CHECK(MISSING_PAIRED_CONDITION_KEYS, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "The condition key says little without another one.")
CHECK(DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "A Deny by a tag that the service's actions never show.")
CHECK(DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE, SECURITY_WARNING,
      ACCESS_ANALYZER, NULL, "A Deny with NotAction by a tag, which many services never show.")
CHECK(RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "A service may be used by others' resources: limit it to a source.")
CHECK(MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "An OpenID Connect provider is trusted without a condition on its claims.")
CHECK(MISSING_GITHUB_REPO_CONDITION_KEY, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "GitHub's provider is trusted without a condition on the repository.")
CHECK(STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "An ARN is compared as a text, where a wildcard crosses its parts.")
CHECK(DYNAMODB_ATTRIBUTES_WITHOUT_SELECT, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "dynamodb:Attributes can be bypassed without dynamodb:Select.")
CHECK(S3_PREFIX_IN_NEGATIVE_CONTEXT, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "Denying by s3:prefix can be bypassed by another prefix.")
CHECK(FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE, SECURITY_WARNING, ACCESS_ANALYZER, NULL,
      "ForAnyValue on an audience, of which there is one.")

/* ---- Access Analyzer: warnings ---- */
CHECK(CREATE_SLR_WITH_NOT_RESOURCE, WARNING, ACCESS_ANALYZER, NULL,
      "iam:CreateServiceLinkedRole on all roles but some.")
CHECK(CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE, WARNING, ACCESS_ANALYZER, NULL,
      "A wildcard that covers iam:CreateServiceLinkedRole, on all roles but some.")
CHECK(CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE, WARNING, ACCESS_ANALYZER, NULL,
      "A NotAction that leaves iam:CreateServiceLinkedRole, on all roles but some.")
CHECK(CREATE_SLR_WITH_STAR_IN_RESOURCE, WARNING, ACCESS_ANALYZER, NULL,
      "iam:CreateServiceLinkedRole on a wildcard, for any service.")
CHECK(CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE, WARNING, ACCESS_ANALYZER, NULL,
      "A wildcard that covers iam:CreateServiceLinkedRole, on a wildcard.")
CHECK(CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION, WARNING, ACCESS_ANALYZER, NULL,
      "A NotAction that leaves iam:CreateServiceLinkedRole, on a wildcard.")
CHECK(DEPRECATED_GLOBAL_CONDITION_KEY, WARNING, ACCESS_ANALYZER, NULL,
      "The condition key has been replaced by another one.")
CHECK(INVALID_DATE_VALUE, WARNING, ACCESS_ANALYZER, NULL,
      "A date is written as seconds since 1970.")
CHECK(INVALID_ROLE_REFERENCE, WARNING, ACCESS_ANALYZER, NULL,
      "A principal is the id of a role, not its ARN.")
CHECK(INVALID_USER_REFERENCE, WARNING, ACCESS_ANALYZER, NULL,
      "A principal is the id of a user, not its ARN.")
CHECK(MISSING_VERSION, WARNING, ACCESS_ANALYZER, "NO_VERSION",
      "The policy has no Version: it is read as 2008-10-17.")
CHECK(UNIQUE_SIDS_RECOMMENDED, WARNING, ACCESS_ANALYZER, NULL, "A Sid stands twice.")
CHECK(WILDCARD_WITHOUT_LIKE_OPERATOR, WARNING, ACCESS_ANALYZER, NULL,
      "A wildcard under an operator that takes it for a letter.")
CHECK(POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA, WARNING, ACCESS_ANALYZER, NULL,
      "The policy is longer than a managed policy may be.")
CHECK(POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA, WARNING, ACCESS_ANALYZER, NULL,
      "The policy is longer than the service takes.")
CHECK(POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA, WARNING, ACCESS_ANALYZER, NULL,
      "The policy is longer than a trust policy may be by default.")
CHECK(TYPE_MISMATCH, WARNING, ACCESS_ANALYZER, "MISMATCHED_TYPE",
      "The operator is for another kind of value than the condition key has.")
CHECK(TYPE_MISMATCH_BOOLEAN, WARNING, ACCESS_ANALYZER, "MISMATCHED_TYPE",
      "A value is neither true nor false.")
CHECK(TYPE_MISMATCH_DATE, WARNING, ACCESS_ANALYZER, "MISMATCHED_TYPE", "A value is no date.")
CHECK(TYPE_MISMATCH_NUMBER, WARNING, ACCESS_ANALYZER, "MISMATCHED_TYPE", "A value is no number.")
CHECK(TYPE_MISMATCH_STRING, WARNING, ACCESS_ANALYZER, "MISMATCHED_TYPE", "A value is not base64.")
CHECK(SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED, WARNING, ACCESS_ANALYZER, NULL,
      "GitHub's subject has a wildcard: more repositories or branches than one.")
CHECK(RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY, WARNING, ACCESS_ANALYZER, NULL,
      "An RCP about principals that hits AWS services too.")
CHECK(RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY, WARNING, ACCESS_ANALYZER, NULL,
      "An RCP about sources that hits more than AWS services.")
CHECK(RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK, WARNING, ACCESS_ANALYZER, NULL,
      "An RCP about sources that hits service calls without one.")
CHECK(USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES, WARNING, ACCESS_ANALYZER, NULL,
      "The condition key is known to few services, and the statement covers more.")

/* ---- Access Analyzer: suggestions ---- */
CHECK(EMPTY_ARRAY_ACTION, SUGGESTION, ACCESS_ANALYZER, NULL,
      "No action is listed: the statement never applies.")
CHECK(EMPTY_ARRAY_RESOURCE, SUGGESTION, ACCESS_ANALYZER, NULL,
      "No resource is listed: the statement never applies.")
CHECK(EMPTY_ARRAY_PRINCIPAL, SUGGESTION, ACCESS_ANALYZER, NULL,
      "No principal is listed: the statement never applies.")
CHECK(EMPTY_OBJECT_PRINCIPAL, SUGGESTION, ACCESS_ANALYZER, NULL,
      "No principal is listed: the statement never applies.")
CHECK(EMPTY_ARRAY_CONDITION, SUGGESTION, ACCESS_ANALYZER, NULL, "No value is listed.")
CHECK(EMPTY_OBJECT_CONDITION, SUGGESTION, ACCESS_ANALYZER, NULL, "A condition without keys.")
CHECK(EMPTY_ARRAY_CONDITION_FORALLVALUES, SUGGESTION, ACCESS_ANALYZER, NULL,
      "No value is listed: the condition holds only when the key is missing.")
CHECK(EMPTY_ARRAY_CONDITION_FORANYVALUE, SUGGESTION, ACCESS_ANALYZER, NULL,
      "No value is listed: the condition never holds.")
CHECK(EMPTY_ARRAY_CONDITION_IFEXISTS, SUGGESTION, ACCESS_ANALYZER, NULL,
      "No value is listed: the condition holds only when the key is missing.")
CHECK(EMPTY_SID_VALUE, SUGGESTION, ACCESS_ANALYZER, NULL, "A Sid without text.")
CHECK(EQUIVALENT_TO_NULL_FALSE, SUGGESTION, ACCESS_ANALYZER, NULL,
      "The condition only asks whether the key is there.")
CHECK(EQUIVALENT_TO_NULL_TRUE, SUGGESTION, ACCESS_ANALYZER, NULL,
      "The condition only asks whether the key is missing.")
CHECK(IMPROVE_IP_RANGE, SUGGESTION, ACCESS_ANALYZER, NULL,
      "A block of addresses has bits set behind its length.")
CHECK(NULL_WITH_QUALIFIER, SUGGESTION, ACCESS_ANALYZER, NULL,
      "ForAllValues and ForAnyValue make no sense with Null.")
CHECK(PRIVATE_IP_ADDRESS_SUBSET, SUGGESTION, ACCESS_ANALYZER, NULL,
      "aws:SourceIp is a public address: some of the ranges never match.")
CHECK(PRIVATE_NOT_IP_ADDRESS_SUBSET, SUGGESTION, ACCESS_ANALYZER, NULL,
      "aws:SourceIp is a public address: some of the ranges have no effect.")
CHECK(REDUNDANT_ACTION, SUGGESTION, ACCESS_ANALYZER, NULL,
      "Another entry of the list covers the action.")
CHECK(REDUNDANT_RESOURCE, SUGGESTION, ACCESS_ANALYZER, NULL,
      "Another entry of the list covers the resource.")
CHECK(REDUNDANT_CONDITION_VALUE_NUM, SUGGESTION, ACCESS_ANALYZER, NULL,
      "Of several bounds only the loosest counts.")
CHECK(REDUNDANT_STATEMENT, SUGGESTION, ACCESS_ANALYZER, NULL, "Another statement says the same.")
CHECK(REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION, SUGGESTION, ACCESS_ANALYZER, NULL,
      "The condition always holds.")
CHECK(REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION, SUGGESTION, ACCESS_ANALYZER, NULL,
      "The condition never holds.")
CHECK(REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY, SUGGESTION, ACCESS_ANALYZER, NULL,
      "A session is named beside its own role.")
CHECK(WILDCARD_IN_SERVICE_NAME, SUGGESTION, ACCESS_ANALYZER, NULL,
      "A wildcard in the service of an action.")
CHECK(ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE, SUGGESTION, ACCESS_ANALYZER, NULL,
      "An Allow by a tag that the service's actions never show.")
CHECK(ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE, SUGGESTION, ACCESS_ANALYZER,
      NULL, "An Allow with NotAction by a tag, which many services never show.")
CHECK(RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL, SUGGESTION, ACCESS_ANALYZER, NULL,
      "A service is limited by a weak condition key.")
CHECK(IRRELEVANT_CONDITION_KEY_IN_POLICY, SUGGESTION, ACCESS_ANALYZER, NULL,
      "The condition key is always the same in the policy of such a resource.")
CHECK(CONFIRM_AUDIENCE_CLAIM_TYPE, SUGGESTION, ACCESS_ANALYZER, NULL,
      "A set operator on an audience, of which most providers give one.")

/* ---- parliament (20.2) ---- */
CHECK(RESOURCE_POLICY_PRIVILEGE_ESCALATION, WARNING, PARLIAMENT,
      "RESOURCE_POLICY_PRIVILEGE_ESCALATION",
      "Who may change a resource's policy may give himself everything else.")
CHECK(UNKNOWN_PRINCIPAL, WARNING, PARLIAMENT, "UNKNOWN_PRINCIPAL",
      "The principal is none that can call.")
CHECK(UNKNOWN_FEDERATION_SOURCE, WARNING, PARLIAMENT, "UNKNOWN_FEDERATION_SOURCE",
      "The federated principal is none of the built-in providers and no ARN of one.")
CHECK(MISMATCHED_TYPE_OPERATION_TO_NULL, WARNING, PARLIAMENT, "MISMATCHED_TYPE_OPERATION_TO_NULL",
      "Null is compared with something else than true and false.")
CHECK(MISMATCHED_TYPE_BUT_USABLE, SUGGESTION, PARLIAMENT, "MISMATCHED_TYPE_BUT_USABLE",
      "The operator is for another kind of value, and works.")
CHECK(BAD_PATTERN_FOR_MFA, SECURITY_WARNING, PARLIAMENT, "BAD_PATTERN_FOR_MFA",
      "The condition on multi-factor authentication misses callers with long-term keys.")
CHECK(OLD_VERSION, WARNING, PARLIAMENT, "OLD_VERSION",
      "Version 2008-10-17 has no policy variables.")
CHECK(RESOURCE_MISMATCH, WARNING, PARLIAMENT, "RESOURCE_MISMATCH",
      "The action works on none of the resources: the permission can't be used.")
CHECK(RESOURCE_STAR, SUGGESTION, PARLIAMENT, "RESOURCE_STAR",
      "Resource \"*\" where the actions take specific ones.")
CHECK(RESOURCE_EFFECTIVELY_STAR, SUGGESTION, PARLIAMENT, "RESOURCE_EFFECTIVELY_STAR",
      "The resource is as wide as \"*\".")
CHECK(PERMISSIONS_MANAGEMENT_ACTIONS, WARNING, PARLIAMENT, "PERMISSIONS_MANAGEMENT_ACTIONS",
      "The action changes who may do what.")
CHECK(PRIVILEGE_ESCALATION, SECURITY_WARNING, PARLIAMENT, "PRIVILEGE_ESCALATION",
      "The permissions together lead to all others.")
CHECK(CREDENTIALS_EXPOSURE, WARNING, PARLIAMENT, "CREDENTIALS_EXPOSURE",
      "The action's answer holds credentials.")
CHECK(SENSITIVE_ACCESS, SECURITY_WARNING, PARLIAMENT, "SENSITIVE_ACCESS",
      "The permission reads what was named as sensitive.")
CHECK(NOTRESOURCE_WITH_ALLOW, SECURITY_WARNING, PARLIAMENT, "NOTRESOURCE_WITH_ALLOW",
      "Allow with NotResource gives everything else, also what comes later.")

/* ---- Remit (20.4) ---- */
CHECK(DUPLICATE_JSON_KEY, ERROR, REMIT, NULL, "A key stands twice in one object.")
CHECK(NON_LATIN1_CHARACTER, ERROR, REMIT, NULL,
      "A policy has the characters U+0009, U+000A, U+000D and U+0020 to U+00FF only.")
CHECK(NOTACTION_WITH_ALLOW, SECURITY_WARNING, REMIT, NULL,
      "Allow with NotAction gives everything else, also what comes later.")
CHECK(EMPTY_NOT_ELEMENT, ERROR, REMIT, NULL,
      "An empty NotAction, NotResource or NotPrincipal leaves nothing out.")
CHECK(WILDCARD_IN_NOT_ELEMENT, WARNING, REMIT, NULL,
      "\"*\" in a Not element leaves everything out: the statement never applies.")
CHECK(UNREACHABLE_ALLOW, WARNING, REMIT, NULL, "A Deny of the same policy covers the whole Allow.")
CHECK(STATEMENT_NEVER_APPLIES, WARNING, REMIT, NULL,
      "The statement's conditions contradict each other.")
CHECK(CONDITION_ALWAYS_TRUE, WARNING, REMIT, NULL, "The condition holds for every request.")
CHECK(DENY_MISSED_ON_ABSENT_KEY, WARNING, REMIT, NULL,
      "The Deny does not apply to requests without the condition key.")
CHECK(ALLOW_ON_ABSENT_KEY, WARNING, REMIT, NULL,
      "The Allow applies to requests without the condition key.")
CHECK(FORANYVALUE_DENY_WITHOUT_NULL, SECURITY_WARNING, REMIT, NULL,
      "A Deny with ForAnyValue does not apply when the key is missing.")
CHECK(FORALLVALUES_ALLOW_WITHOUT_NULL, SECURITY_WARNING, REMIT, NULL,
      "An Allow with ForAllValues applies when the key is missing.")
CHECK(PLAIN_NEGATED_ON_MULTIVALUED, ERROR, REMIT, NULL,
      "A negated operator without a quantifier never matches a multivalued key.")
CHECK(VARIABLE_NEVER_PRESENT, WARNING, REMIT, NULL,
      "The policy's principals never have a value for the variable.")
CHECK(VARIABLE_MULTIVALUED, ERROR, REMIT, NULL, "A multivalued key has no value as a variable.")
CHECK(VARIABLE_BEFORE_FIFTH_COLON, ERROR, REMIT, NULL,
      "A policy variable before the resource part of an ARN.")
CHECK(VARIABLE_IN_OLD_VERSION_ESCAPE, SECURITY_WARNING, REMIT, NULL,
      "In Version 2008-10-17 an escaped wildcard is a wildcard.")
CHECK(PRINCIPAL_ARN_IS_SESSION, WARNING, REMIT, NULL,
      "aws:PrincipalArn is the role's ARN, never that of a session.")
CHECK(PRINCIPAL_ARN_NO_PATH, WARNING, REMIT, NULL,
      "The role has a path, and the ARN in aws:PrincipalArn has not.")
CHECK(ROOT_ARN_IN_PRINCIPAL_ARN, WARNING, REMIT, NULL,
      "In aws:PrincipalArn :root is the root user alone.")
CHECK(NOTPRINCIPAL_INCOMPLETE, WARNING, REMIT, NULL,
      "NotPrincipal lets go only who is listed with his account and role.")
CHECK(NOTPRINCIPAL_WITH_BOUNDARY, SUGGESTION, REMIT, NULL,
      "A Deny with NotPrincipal hits every principal with a permissions boundary.")
CHECK(IPV6_HOST_BITS, WARNING, REMIT, NULL,
      "An IPv6 block with bits set behind its length matches nothing.")
CHECK(IP_FAMILY_ONLY, WARNING, REMIT, NULL,
      "A Deny with NotIpAddress of one family hits all addresses of the other.")
CHECK(ARN_WILDCARD_TYPE, WARNING, REMIT, NULL, "A wildcard in the resource type of an ARN.")
CHECK(ARNLIKE_SHORT_PATTERN, ERROR, REMIT, NULL,
      "An Arn operator compares six parts; the value has fewer.")
CHECK(STAR_RESOURCE_MISSING, WARNING, REMIT, NULL,
      "The action takes no resources, and only specific ones are listed: it is never allowed.")
CHECK(ACTION_WHITESPACE, ERROR, REMIT, NULL, "An action with white space matches nothing.")
CHECK(EMPTY_ACTION_NAME, ERROR, REMIT, NULL, "An action without a name matches nothing.")
CHECK(ACTION_COLONS, ERROR, REMIT, NULL, "An action is service:name, with one colon.")
CHECK(CONDITION_KEY_UNUSED, WARNING, REMIT, NULL,
      "No action of the statement supplies the condition key.")
CHECK(PUBLIC_ACCESS, SECURITY_WARNING, REMIT, NULL, "Everybody may use the resource.")
CHECK(ECS_TRUST_NO_SOURCE, SECURITY_WARNING, REMIT, NULL,
      "ecs-tasks.amazonaws.com is trusted without aws:SourceAccount and aws:SourceArn.")
CHECK(ECS_TRUST_SPECIFIC_CLUSTER, ERROR, REMIT, NULL,
      "ECS sends no cluster or task in aws:SourceArn: the role can't be assumed.")
CHECK(ECS_TRUST_WRONG_SERVICE, WARNING, REMIT, NULL,
      "Tasks get roles that trust ecs-tasks.amazonaws.com, no other service.")
CHECK(PASSROLE_NO_SERVICE, SUGGESTION, REMIT, NULL,
      "iam:PassRole without iam:PassedToService: for any service.")
CHECK(PASSROLE_TAG_CONDITION, SECURITY_WARNING, REMIT, NULL,
      "Tags of a role do not limit iam:PassRole.")
CHECK(PASSROLE_CROSS_ACCOUNT, ERROR, REMIT, NULL, "A role of another account can't be passed.")
CHECK(TRUST_ACCOUNT_NO_EXTERNAL_ID, SUGGESTION, REMIT, NULL,
      "Another account is trusted without sts:ExternalId or a condition on the organization.")
CHECK(TRUST_MISSING_TAGSESSION, WARNING, REMIT, NULL,
      "Session tags are asked for, and sts:TagSession is not allowed.")
CHECK(KMS_NO_ACCOUNT_STATEMENT, WARNING, REMIT, NULL,
      "The key's policy does not let its account decide: identity-based policies have no effect.")
CHECK(SIZE_BUDGET, SUGGESTION, REMIT, NULL, "The policy is near its quota.")

/* ---- over several documents ---- */
CHECK(ECS_ROLE_FOR_BOTH_PURPOSES, SECURITY_WARNING, REMIT, NULL,
      "One role is task role and task execution role.")
CHECK(ECS_EXEC_ROLE_MISSING, WARNING, REMIT, NULL,
      "The execution role lacks what the task definition needs.")
CHECK(ECS_ROLES_SWAPPED, WARNING, REMIT, NULL,
      "The task role has the permissions that the execution role needs.")
CHECK(SELF_ASSUME_NOT_TRUSTED, WARNING, REMIT, NULL,
      "The role may assume itself, and its trust policy does not name it.")
CHECK(SESSION_POLICY_USELESS, WARNING, REMIT, NULL,
      "The boundary or session policy allows nothing of what the role allows.")

#endif
