#include "iam/proof/problem.h"

/*
 * Condition keys that hold one value and never a list, as far as that is documented (section 14).
 * Of any other key a request may bring either.
 */
static const struct remit_str single[] = {
    REMIT_STR_INIT("aws:AssumedRoot"),
    REMIT_STR_INIT("aws:CalledViaFirst"),
    REMIT_STR_INIT("aws:CalledViaLast"),
    REMIT_STR_INIT("aws:CurrentTime"),
    REMIT_STR_INIT("aws:EpochTime"),
    REMIT_STR_INIT("aws:FederatedProvider"),
    REMIT_STR_INIT("aws:MultiFactorAuthAge"),
    REMIT_STR_INIT("aws:MultiFactorAuthPresent"),
    REMIT_STR_INIT("aws:PrincipalAccount"),
    REMIT_STR_INIT("aws:PrincipalArn"),
    REMIT_STR_INIT("aws:PrincipalIsAWSService"),
    REMIT_STR_INIT("aws:PrincipalOrgID"),
    REMIT_STR_INIT("aws:PrincipalServiceName"),
    REMIT_STR_INIT("aws:PrincipalType"),
    REMIT_STR_INIT("aws:RequestedRegion"),
    REMIT_STR_INIT("aws:ResourceAccount"),
    REMIT_STR_INIT("aws:ResourceOrgID"),
    REMIT_STR_INIT("aws:SecureTransport"),
    REMIT_STR_INIT("aws:SourceAccount"),
    REMIT_STR_INIT("aws:SourceArn"),
    REMIT_STR_INIT("aws:SourceIdentity"),
    REMIT_STR_INIT("aws:SourceIp"),
    REMIT_STR_INIT("aws:SourceOrgID"),
    REMIT_STR_INIT("aws:SourceOwner"),
    REMIT_STR_INIT("aws:SourceVpc"),
    REMIT_STR_INIT("aws:SourceVpcArn"),
    REMIT_STR_INIT("aws:SourceVpce"),
    REMIT_STR_INIT("aws:TokenIssueTime"),
    REMIT_STR_INIT("aws:UserAgent"),
    REMIT_STR_INIT("aws:ViaAWSService"),
    REMIT_STR_INIT("aws:VpcSourceIp"),
    REMIT_STR_INIT("aws:VpceAccount"),
    REMIT_STR_INIT("aws:VpceOrgID"),
    REMIT_STR_INIT("aws:referer"),
    REMIT_STR_INIT("aws:userid"),
    REMIT_STR_INIT("aws:username"),
    REMIT_STR_INIT("sts:DurationSeconds"),
    REMIT_STR_INIT("sts:ExternalId"),
    REMIT_STR_INIT("sts:RoleSessionName"),
    REMIT_STR_INIT("sts:SourceIdentity"),
};

static const struct remit_str single_prefixes[] = {
    REMIT_STR_INIT("aws:PrincipalTag/"),
    REMIT_STR_INIT("aws:RequestTag/"),
    REMIT_STR_INIT("aws:ResourceTag/"),
};

bool remit_proof_is_single(struct remit_str key)
{
    for (size_t i = 0; i < REMIT_COUNT(single); i++)
        if (remit_str_equal_nocase(single[i], key))
            return true;
    for (size_t i = 0; i < REMIT_COUNT(single_prefixes); i++)
        if (remit_str_equal_nocase(single_prefixes[i],
                                   remit_str_sub(key, 0, single_prefixes[i].len)))
            return true;
    return false;
}
