#include "agent/opener/serve.h"

#include "agent/opener/frames.h"
#include "agent/opener/listen.h"
#include "common/os/fd.h"
#include "common/os/log.h"

#define ARENA_MAX ((size_t)64 * 1024)

static int answer_failed(int channel, const struct remit_err *why, struct remit_err *err)
{
    const struct opener_failed failed = {
        .kind = (uint8_t)why->kind,
        .os = (uint32_t)why->os,
        .text = remit_str_of(why->text),
    };

    remit_log_err(REMIT_LOG_WARN, why, "no listener");
    return remit_frame_write(channel, &opener_failed_frame, &failed, err);
}

static int answer_listening(int channel, struct opener_listening *made, struct remit_err *err)
{
    int result = remit_frame_write(channel, &opener_listening_frame, made, err);

    remit_fd_drop(&made->web); /* the agent has its own now: none of ours keeps the link alive */
    remit_fd_drop(&made->relay);
    return result;
}

static int answer(int channel, const struct opener_listen *question, struct remit_err *err)
{
    struct opener_listening made = { .web = -1, .relay = -1 };
    struct remit_err why = { 0 };

    if (question->place != OPENER_IN_CONTAINER && question->place != OPENER_IN_HOST)
        return remit_fail(err, REMIT_ERR_INVALID, "MalformedFrame",
                          "listen asks for place %u, the most is %d", question->place,
                          OPENER_IN_HOST);
    if (opener_listen(question->netns, (enum opener_place)question->place, &made, &why) != 0)
        return answer_failed(channel, &why, err);
    return answer_listening(channel, &made, err);
}

static int serve_one(int channel, struct remit_err *err)
{
    static const struct remit_frame_type *const questions[] = { &opener_listen_frame };
    auto_arena struct remit_arena arena = REMIT_ARENA(ARENA_MAX);
    const struct remit_frame_type *which = NULL;
    void *frame = NULL;
    int result = 0;

    TRY(remit_frame_read(channel, questions, REMIT_COUNT(questions), &arena, &which, &frame, err));
    result = answer(channel, frame, err);
    remit_frame_clear(which, frame);
    return result;
}

int opener_serve(int channel, struct remit_err *err)
{
    struct remit_err why = { 0 };

    while (serve_one(channel, &why) == 0)
        continue;
    if (remit_err_is(&why, "PeerGone"))
        return 0;
    if (err != NULL)
        *err = why;
    return -1;
}
