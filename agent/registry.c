#include "agent/registry.h"

#include "common/base/encode.h"

#define HEADER_MAX 16000
#define TOKEN_MAX  8192

#define DOCKER_HUB "https://index.docker.io/v1/"

int agent_registry_header(struct remit_str username, struct remit_str password,
                          struct remit_str server, struct remit_secret *out, struct remit_err *err)
{
    auto_buf struct remit_buf json = REMIT_BUF_SECRET(HEADER_MAX);
    auto_buf struct remit_buf text = REMIT_BUF_SECRET(HEADER_MAX);
    struct remit_jw w = REMIT_JW(&json);

    remit_jw_object(&w);
    remit_jw_put_str(&w, "username", username);
    remit_jw_put_str(&w, "password", password);
    remit_jw_put_str(&w, "serveraddress", server);
    remit_jw_end(&w);
    TRY(remit_buf_check(&json, "a registry's authorization", err));
    remit_base64url_put(&text, remit_buf_view(&json));
    while (text.len % 4 != 0 && remit_buf_ok(&text))
        remit_buf_put_byte(&text, '='); /* without it the Engine pulls as nobody, silently */
    TRY(remit_buf_check(&text, "a registry's authorization", err));
    return remit_secret_copy(remit_buf_view(&text), out, err);
}

static int bad(struct remit_err *err, const char *what)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidRegistryToken", "GetAuthorizationToken: %s",
                      what);
}

/* "http://127.0.0.1:5000/" to "127.0.0.1:5000". */
static struct remit_str host_of(struct remit_str endpoint)
{
    static const char *const schemes[] = { "https://", "http://" };
    struct remit_str host;

    for (size_t i = 0; i < REMIT_COUNT(schemes); i++)
        if (remit_str_starts(endpoint, remit_str_of(schemes[i])))
            endpoint = remit_str_sub(endpoint, strlen(schemes[i]), endpoint.len);
    (void)remit_str_cut(&endpoint, '/', &host);
    return host;
}

static int set_host(struct agent_registry_auth *auth, struct remit_str host, struct remit_err *err)
{
    if (host.len == 0 || host.len > AGENT_REGISTRY_HOST_MAX ||
        memchr(host.ptr, '\0', host.len) != NULL)
        return bad(err, "its endpoint names no host");
    memcpy(auth->host, host.ptr, host.len);
    auth->host[host.len] = '\0';
    return 0;
}

/* A login is a header's and JSON's at once: what one of them would alter is refused. */
static bool printable(struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < ' ' || text.ptr[i] > '~')
            return false;
    return text.len > 0;
}

int agent_registry_read(const struct remit_json *answer, struct agent_registry_auth *out,
                        struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(answer, "authorizationData");
    const struct remit_json *entry = remit_json_at(list, 0);
    struct remit_str endpoint = remit_json_str(remit_json_get(entry, "proxyEndpoint"));
    auto_registry_auth struct agent_registry_auth made = { 0 };
    auto_buf struct remit_buf token = REMIT_BUF_SECRET(TOKEN_MAX);
    struct remit_str password;
    struct remit_str user;

    if (remit_json_count(list) != 1)
        return bad(err, "not exactly one authorization");
    if (remit_base64_decode(remit_json_str(remit_json_get(entry, "authorizationToken")), &token,
                            NULL) != 0)
        return bad(err, "its token is not base64");
    password = remit_buf_view(&token);
    if (!remit_str_cut(&password, ':', &user) || !printable(user) || !printable(password))
        return bad(err, "its token holds no user and password");
    TRY(set_host(&made, host_of(endpoint), err));
    TRY(agent_registry_header(user, password, endpoint, &made.header, err));
    *out = made;
    made = (struct agent_registry_auth){ 0 };
    return 0;
}

int agent_registry_fetch(struct agent_control *control, const struct agent_credentials *who,
                         struct agent_registry_auth *out, struct remit_err *err)
{
    auto_json struct remit_json *answer = NULL;

    TRY(agent_control_call(control, &agent_op_registry_token, who, REMIT_STR("{}"), 0, &answer,
                           err));
    return agent_registry_read(answer, out, err);
}

int agent_registry_from_secret(struct remit_str text, struct remit_str host,
                               struct agent_registry_auth *out, struct remit_err *err)
{
    auto_registry_auth struct agent_registry_auth made = { 0 };
    auto_json struct remit_json *json = NULL;
    struct remit_str user;
    struct remit_str password;

    if (remit_json_parse(text, TOKEN_MAX, &json, NULL) != 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidRegistryToken",
                          "repositoryCredentials: the secret is no JSON");
    user = remit_json_str(remit_json_get(json, "username"));
    password = remit_json_str(remit_json_get(json, "password"));
    if (user.len == 0 || password.len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidRegistryToken",
                          "repositoryCredentials: the secret lacks username or password");
    if (host.len > 0)
        TRY(set_host(&made, host, err));
    TRY(agent_registry_header(user, password, host.len > 0 ? host : REMIT_STR(DOCKER_HUB),
                              &made.header, err));
    *out = made;
    made = (struct agent_registry_auth){ 0 };
    return 0;
}

bool agent_registry_fits(const struct agent_registry_auth *auth,
                         const struct agent_image_ref *image)
{
    return auth->header.len > 0 && remit_str_equal(remit_str_of(auth->host), image->registry);
}

void agent_registry_auth_drop(struct agent_registry_auth *auth)
{
    remit_secret_drop(&auth->header);
    *auth = (struct agent_registry_auth){ 0 };
}
