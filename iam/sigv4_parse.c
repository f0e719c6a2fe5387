#include "iam/sigv4_internal.h"

#include <stdarg.h>
#include <stddef.h>

#include "common/base/encode.h"

#define FAULTS_MAX 400 /* bytes: an error's text is cut at REMIT_ERR_TEXT_MAX */
#define SHOWN_MAX  100 /* bytes of a value in a sentence */

/* Where a value in a sentence comes from a stranger: not all of a long one. */
#define SHOWN(s) (int)((s).len < SHOWN_MAX ? (s).len : SHOWN_MAX), ((s).ptr != NULL ? (s).ptr : "")

/* The pieces, as text; a NULL pointer is a piece that is not there. */
struct pieces {
    struct remit_str algorithm;
    struct remit_str credential;
    struct remit_str signed_headers;
    struct remit_str signature;
    struct remit_str date;
    struct remit_str expires;
    struct remit_str token;
};

struct parse {
    const struct remit_sigv4_request *request;
    struct remit_arena *arena;
    struct remit_sigv4_auth *auth;
    struct pieces pieces;
    struct remit_buf faults; /* [supporting-apis 2.6] every fault is listed, a space between */
    bool faulty;
};

static void parse_drop(struct parse *p)
{
    remit_buf_drop(&p->faults);
}

static void fault(struct parse *p, const char *fmt, ...) REMIT_PRINTF(2, 3);

static void fault(struct parse *p, const char *fmt, ...)
{
    va_list ap;

    if (p->faulty)
        remit_buf_put_byte(&p->faults, ' ');
    p->faulty = true;
    va_start(ap, fmt);
    remit_buf_put_vfmt(&p->faults, fmt, ap);
    va_end(ap);
}

/* --- headers and parameters --- */

const struct remit_http_header *sigv4_header(const struct remit_sigv4_request *request,
                                             struct remit_str name)
{
    for (size_t i = 0; i < request->n_headers; i++)
        if (remit_str_equal_nocase(request->headers[i].name, name))
            return &request->headers[i];
    return NULL;
}

bool sigv4_query_next(struct remit_str *rest, struct remit_str *name, struct remit_str *value)
{
    if (rest->ptr == NULL)
        return false;
    /* [sigv4 canonical-query] at each '&', then at the first '='; a bare name's value is empty */
    if (!remit_str_cut(rest, '&', value))
        *rest = remit_str_from(NULL, 0);
    (void)remit_str_cut(value, '=', name);
    return true;
}

int sigv4_query_decode(struct remit_str text, struct remit_buf *out, struct remit_err *err)
{
    remit_buf_clear(out);
    return remit_uri_decode(text, true, out, err);
}

/* A query to walk: an empty one has no parameter at all. */
static struct remit_str query_start(const struct remit_sigv4_request *request)
{
    return request->query.len > 0 ? request->query : remit_str_from(NULL, 0);
}

static bool decodes_to(struct remit_str raw, struct remit_str name)
{
    auto_buf struct remit_buf plain = REMIT_BUF(64);

    if (remit_str_find(raw, '%') == raw.len)
        return remit_str_equal(raw, name);
    return sigv4_query_decode(raw, &plain, NULL) == 0 &&
           remit_str_equal(remit_buf_view(&plain), name);
}

static bool query_has(const struct remit_sigv4_request *request, struct remit_str wanted)
{
    struct remit_str rest = query_start(request);
    struct remit_str name;
    struct remit_str value;

    while (sigv4_query_next(&rest, &name, &value))
        if (decodes_to(name, wanted))
            return true;
    return false;
}

static bool in_query(const struct remit_sigv4_request *request)
{
    return query_has(request, REMIT_STR("X-Amz-Algorithm"));
}

bool remit_sigv4_present(const struct remit_sigv4_request *request)
{
    return sigv4_header(request, REMIT_STR("Authorization")) != NULL || in_query(request);
}

/* --- collecting the pieces --- */

struct piece {
    struct remit_str name;
    size_t offset; /* of a struct remit_str in struct pieces */
    bool required;
};

static struct remit_str *piece_at(struct pieces *pieces, const struct piece *piece)
{
    return (struct remit_str *)(void *)((char *)pieces + piece->offset);
}

static const struct piece header_pieces[] = {
    { REMIT_STR_INIT("Credential"), offsetof(struct pieces, credential), true },
    { REMIT_STR_INIT("Signature"), offsetof(struct pieces, signature), true },
    { REMIT_STR_INIT("SignedHeaders"), offsetof(struct pieces, signed_headers), true },
};

static const struct piece query_pieces[] = {
    { REMIT_STR_INIT("X-Amz-Algorithm"), offsetof(struct pieces, algorithm), true },
    { REMIT_STR_INIT("X-Amz-Credential"), offsetof(struct pieces, credential), true },
    { REMIT_STR_INIT("X-Amz-Signature"), offsetof(struct pieces, signature), true },
    { REMIT_STR_INIT("X-Amz-SignedHeaders"), offsetof(struct pieces, signed_headers), true },
    { REMIT_STR_INIT("X-Amz-Date"), offsetof(struct pieces, date), true },
    { REMIT_STR_INIT("X-Amz-Expires"), offsetof(struct pieces, expires), true },
    { REMIT_STR_INIT("X-Amz-Security-Token"), offsetof(struct pieces, token), false },
};

static void set_header_piece(struct parse *p, struct remit_str name, struct remit_str value)
{
    for (size_t i = 0; i < REMIT_COUNT(header_pieces); i++) {
        struct remit_str *at = piece_at(&p->pieces, &header_pieces[i]);

        if (!remit_str_equal(header_pieces[i].name, name))
            continue;
        if (at->ptr != NULL)
            fault(p, "Authorization header has more than one '%.*s' parameter.", SHOWN(name));
        *at = value;
        return;
    }
    fault(p, "Authorization header has the unknown parameter '%.*s'.", SHOWN(name));
}

static void collect_header_date(struct parse *p)
{
    const struct remit_http_header *amz = sigv4_header(p->request, REMIT_STR("X-Amz-Date"));
    const struct remit_http_header *date = sigv4_header(p->request, REMIT_STR("Date"));

    if (amz == NULL && date == NULL)
        fault(p, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
                 "header.");
    else
        p->pieces.date = remit_str_trim(amz != NULL ? amz->value : date->value);
}

/* [supporting-apis 2.1] AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…, in any order
 */
static void collect_header(struct parse *p, struct remit_str authorization)
{
    const struct remit_http_header *token =
        sigv4_header(p->request, REMIT_STR("X-Amz-Security-Token"));
    struct remit_str rest = remit_str_trim(authorization);
    struct remit_str part;
    struct remit_str name;
    bool more = remit_str_cut(&rest, ' ', &p->pieces.algorithm);

    if (!remit_str_equal(p->pieces.algorithm, REMIT_STR(SIGV4_ALGORITHM)))
        return; /* what follows is another scheme's: a password, for instance */
    while (more) {
        more = remit_str_cut(&rest, ',', &part);
        part = remit_str_trim(part);
        (void)remit_str_cut(&part, '=', &name);
        set_header_piece(p, name, part);
    }
    for (size_t i = 0; i < REMIT_COUNT(header_pieces); i++)
        if (piece_at(&p->pieces, &header_pieces[i])->ptr == NULL)
            fault(p, "Authorization header requires '%.*s' parameter.",
                  REMIT_STR_ARG(header_pieces[i].name));
    collect_header_date(p);
    if (token != NULL)
        p->pieces.token = remit_str_trim(token->value);
}

static void set_query_piece(struct parse *p, const struct piece *piece, struct remit_str raw)
{
    auto_buf struct remit_buf plain = REMIT_BUF_SECRET(REMIT_SIGV4_CANONICAL_MAX);
    struct remit_str *at = piece_at(&p->pieces, piece);

    if (at->ptr != NULL)
        fault(p, "AWS query-string parameters must include '%.*s' only once.",
              REMIT_STR_ARG(piece->name));
    if (sigv4_query_decode(raw, &plain, NULL) != 0)
        fault(p, "'%.*s' is not percent-encoded text.", REMIT_STR_ARG(piece->name));
    *at = remit_arena_str(p->arena, remit_buf_view(&plain));
}

static void collect_query(struct parse *p)
{
    struct remit_str rest = query_start(p->request);
    struct remit_str name;
    struct remit_str value;

    while (sigv4_query_next(&rest, &name, &value))
        for (size_t i = 0; i < REMIT_COUNT(query_pieces); i++)
            if (decodes_to(name, query_pieces[i].name))
                set_query_piece(p, &query_pieces[i], value);
    for (size_t i = 0; i < REMIT_COUNT(query_pieces); i++)
        if (query_pieces[i].required && piece_at(&p->pieces, &query_pieces[i])->ptr == NULL)
            fault(p, "AWS query-string parameters must include '%.*s'.",
                  REMIT_STR_ARG(query_pieces[i].name));
    /* A second token would leave open which of the two was meant. */
    if (sigv4_header(p->request, REMIT_STR("X-Amz-Security-Token")) != NULL)
        fault(p, "A presigned request has its session token in the query, not in a header.");
}

/* --- reading each piece --- */

static void read_algorithm(struct parse *p)
{
    if (p->pieces.algorithm.ptr != NULL &&
        !remit_str_equal(p->pieces.algorithm, REMIT_STR(SIGV4_ALGORITHM)))
        fault(p, "Unsupported AWS 'algorithm': '%.*s'.", SHOWN(p->pieces.algorithm));
}

static void read_credential(struct parse *p)
{
    struct remit_str *const parts[] = {
        &p->auth->access_key_id, &p->auth->date,       &p->auth->region,
        &p->auth->service,       &p->auth->terminator,
    };
    struct remit_str rest = p->pieces.credential;
    bool whole = true;

    if (rest.ptr == NULL)
        return;
    for (size_t i = 0; i < REMIT_COUNT(parts); i++) {
        bool more = remit_str_cut(&rest, '/', parts[i]);

        whole = whole && parts[i]->len > 0 && more == (i + 1 < REMIT_COUNT(parts));
    }
    if (!whole)
        fault(p,
              "Credential must have exactly 5 slash-delimited elements, e.g. "
              "keyid/date/region/service/term, got '%.*s'.",
              SHOWN(p->pieces.credential));
}

static bool is_signature(struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!(text.ptr[i] >= '0' && text.ptr[i] <= '9') &&
            !(text.ptr[i] >= 'a' && text.ptr[i] <= 'f'))
            return false;
    return text.len == REMIT_SIGV4_SIGNATURE_HEX;
}

static void read_signature(struct parse *p)
{
    p->auth->signature = p->pieces.signature;
    if (p->pieces.signature.ptr != NULL && !is_signature(p->pieces.signature))
        fault(p, "Signature must be %d lower-case hexadecimal digits, got %zu characters.",
              REMIT_SIGV4_SIGNATURE_HEX, p->pieces.signature.len);
}

static void read_date(struct parse *p)
{
    bool from_date = p->auth->form == REMIT_SIGV4_HEADER &&
                     sigv4_header(p->request, REMIT_STR("X-Amz-Date")) == NULL;
    char text[SIGV4_TIME_TEXT];

    if (p->pieces.date.ptr == NULL)
        return;
    if (from_date ? !sigv4_time_parse_date_header(p->pieces.date, &p->auth->signed_at)
                  : !sigv4_time_parse(p->pieces.date, &p->auth->signed_at)) {
        fault(p,
              "Date must be in ISO-8601 'basic format'. Got '%.*s'. See "
              "http://en.wikipedia.org/wiki/ISO_8601",
              SHOWN(p->pieces.date));
        return;
    }
    sigv4_time_text(p->auth->signed_at, text);
    p->auth->timestamp = from_date ? remit_arena_str(p->arena, remit_str_of(text)) : p->pieces.date;
}

static void read_expires(struct parse *p)
{
    unsigned long long seconds = 0;

    if (p->pieces.expires.ptr == NULL)
        return;
    if (!remit_str_to_u64(p->pieces.expires, REMIT_SIGV4_EXPIRES_MAX_S, &seconds) || seconds == 0)
        fault(p, "X-Amz-Expires must be a number from 1 to %d (seconds; one week), got '%.*s'.",
              REMIT_SIGV4_EXPIRES_MAX_S, SHOWN(p->pieces.expires));
    p->auth->expires_s = (int64_t)seconds;
}

/* --- which headers are signed --- */

static bool is_lower_token(struct remit_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.')
            return false;
    }
    return name.len > 0;
}

/* Lower-case, sorted, each once: the one form in which a list can be written. */
static bool is_header_list(struct remit_str rest)
{
    struct remit_str last = REMIT_STR("");
    struct remit_str name;
    bool more = true;
    size_t count = 0;

    while (more) {
        more = remit_str_cut(&rest, ';', &name);
        if (!is_lower_token(name) || remit_str_compare(last, name) >= 0 ||
            ++count > REMIT_SIGV4_HEADERS_MAX)
            return false;
        last = name;
    }
    return true;
}

static bool is_signed(struct remit_str signed_headers, struct remit_str name)
{
    struct remit_str signed_name;
    bool more = true;

    while (more) {
        more = remit_str_cut(&signed_headers, ';', &signed_name);
        if (remit_str_equal_nocase(signed_name, name))
            return true;
    }
    return false;
}

static void must_be_signed(struct parse *p, struct remit_str name)
{
    if (!is_signed(p->auth->signed_headers, name))
        fault(p, "'%.*s' must be a 'SignedHeader' in the AWS Authorization.", SHOWN(name));
}

/*
 * Whoever may change an unsigned header of these changes what the request means: host, time,
 * target, body hash, session token (attacks.md C7).
 */
static void read_signed_headers(struct parse *p)
{
    p->auth->signed_headers = p->pieces.signed_headers;
    if (p->pieces.signed_headers.ptr == NULL)
        return;
    if (!is_header_list(p->pieces.signed_headers)) {
        fault(p,
              "SignedHeaders must be at most %d header names in lower case, sorted, each once, "
              "got '%.*s'.",
              REMIT_SIGV4_HEADERS_MAX, SHOWN(p->pieces.signed_headers));
        return;
    }
    must_be_signed(p, REMIT_STR("Host"));
    if (p->auth->form == REMIT_SIGV4_HEADER &&
        sigv4_header(p->request, REMIT_STR("X-Amz-Date")) == NULL)
        must_be_signed(p, REMIT_STR("Date"));
    for (size_t i = 0; i < p->request->n_headers; i++)
        if (remit_str_equal_nocase(remit_str_sub(p->request->headers[i].name, 0, 6),
                                   REMIT_STR("x-amz-")))
            must_be_signed(p, p->request->headers[i].name);
}

/* Of which a request may have one only: with two, each reader may take another. */
static const struct remit_str single_headers[] = {
    REMIT_STR_INIT("Authorization"),        REMIT_STR_INIT("Host"),
    REMIT_STR_INIT("X-Amz-Date"),           REMIT_STR_INIT("Date"),
    REMIT_STR_INIT("X-Amz-Security-Token"), REMIT_STR_INIT("X-Amz-Content-Sha256"),
};

static void check_single_headers(struct parse *p)
{
    for (size_t i = 0; i < REMIT_COUNT(single_headers); i++) {
        size_t count = 0;

        for (size_t k = 0; k < p->request->n_headers; k++)
            count += remit_str_equal_nocase(p->request->headers[k].name, single_headers[i]);
        if (count > 1)
            fault(p, "The request has %zu '%.*s' headers.", count,
                  REMIT_STR_ARG(single_headers[i]));
    }
}

/* --- */

static int too_large(const struct remit_sigv4_request *request, struct remit_err *err)
{
    struct remit_str rest = query_start(request);
    struct remit_str name;
    struct remit_str value;
    size_t count = 0;

    if (request->n_headers > REMIT_SIGV4_HEADERS_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "RequestTooLarge", "%zu headers, the most is %d",
                          request->n_headers, REMIT_SIGV4_HEADERS_MAX);
    while (sigv4_query_next(&rest, &name, &value))
        count++;
    if (count > REMIT_SIGV4_QUERY_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "RequestTooLarge",
                          "%zu query parameters, the most is %d", count, REMIT_SIGV4_QUERY_MAX);
    return 0;
}

static int refuse(const struct parse *p, const struct remit_http_header *authorization,
                  struct remit_err *err)
{
    struct remit_str faults = remit_buf_view(&p->faults);

    if (authorization == NULL || !remit_str_equal(p->pieces.algorithm, REMIT_STR(SIGV4_ALGORITHM)))
        return remit_fail(err, REMIT_ERR_INVALID, "IncompleteSignature", REMIT_STR_FMT,
                          REMIT_STR_ARG(faults));
    return remit_fail(err, REMIT_ERR_INVALID, "IncompleteSignature",
                      REMIT_STR_FMT " Authorization=" REMIT_STR_FMT, REMIT_STR_ARG(faults),
                      REMIT_STR_ARG(authorization->value));
}

int remit_sigv4_parse(const struct remit_sigv4_request *request, struct remit_arena *arena,
                      struct remit_sigv4_auth *out, struct remit_err *err)
{
    const struct remit_http_header *authorization =
        sigv4_header(request, REMIT_STR("Authorization"));
    bool presigned = in_query(request);
    REMIT_AUTO(parse_drop)
    struct parse p = { request, arena, out, .faults = REMIT_BUF(FAULTS_MAX) };

    *out = (struct remit_sigv4_auth){ .form = REMIT_SIGV4_NONE };
    if (authorization == NULL && !presigned)
        return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "MissingAuthenticationToken",
                          "Request is missing Authentication Token");
    TRY(too_large(request, err));
    out->form = presigned ? REMIT_SIGV4_QUERY : REMIT_SIGV4_HEADER;
    if (authorization != NULL && presigned)
        fault(&p, "The request is signed twice, in its Authorization header and in its query.");
    else if (presigned)
        collect_query(&p);
    else
        collect_header(&p, authorization->value);
    read_algorithm(&p);
    read_credential(&p);
    read_signature(&p);
    read_signed_headers(&p);
    read_date(&p);
    read_expires(&p);
    check_single_headers(&p);
    out->session_token = p.pieces.token;
    TRY(remit_arena_check(arena, "a request's signature", err));
    return p.faulty ? refuse(&p, authorization, err) : 0;
}
