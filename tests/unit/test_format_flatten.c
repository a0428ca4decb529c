/* test_format_flatten.c -- events as text: the catalogue's message, values, what is not said twice.
 */
#include "format/format_flatten.h"
#include "suites.h"
#include "support_pack.h"

/* A catalogue of three events. */
static const char catalogue[] =
    "events:\n"
    "  - {id: alert, provider: Schannel, event_id: 36887, values: [AlertDesc], numbers: "
    "[AlertDesc],\n"
    "     message: 'The remote side sent alert {AlertDesc}.', references: [r]}\n"
    "  - {id: creating, provider: Schannel, event_id: 36871, values: [Type, ErrorState],\n"
    "     numbers: [ErrorState], message: 'While creating a {Type} credential: state "
    "{ErrorState}',\n"
    "     references: [r]}\n"
    "  - {id: bare, provider: Other, event_id: 7, message: 'Nothing but words, many of them.',\n"
    "     references: [r]}\n"
    "words:\n"
    "  - {id: client, of: Type, texts: [Client, \"\\u5BA2\\u6237\\u7AEF\"]}\n"
    "  - {id: server, of: Type, texts: [Server]}\n"
    "signatures:\n";

static struct tw_pack *pack;

static void open_pack(void)
{
    struct tw_buffer yaml = TW_BUFFER_INIT(1u << 16);
    struct tw_buffer blob = TW_BUFFER_INIT(1u << 20);
    struct tw_pack_messages complaints;
    struct tw_error error;
    struct tw_span known = tw_base_span(tw_support_knowledge);
    size_t end = tw_base_span_find(known, TW_SPAN("signatures:\n"));
    ck_assert_uint_lt(end, known.length);
    tw_base_buffer_add(&yaml, (struct tw_span){known.at, end});
    tw_base_buffer_add(&yaml, TW_SPAN(catalogue));
    tw_base_buffer_add(
        &yaml, TW_SPAN(TW_SUPPORT_SIGNATURE("one", "error", "{text: \"some telling words\"}", "")));
    enum tw_status status =
        tw_support_compile(NULL, tw_base_buffer_span(&yaml), &blob, &complaints, &error);
    ck_assert_msg(status == TW_OK, "%s",
                  complaints.text.length > 0 ? complaints.text.at : error.message);
    pack = tw_support_open(&blob);
    tw_base_buffer_free(&complaints.text);
    tw_base_buffer_free(&yaml);
}

static void close_pack(void)
{
    tw_pack_free(pack);
}

#define DATA(name, value)                                                                          \
    {                                                                                              \
        TW_SPAN_INIT(name), TW_SPAN_INIT(value)                                                    \
    }

static const struct {
    const char *provider, *event_id, *message;
    struct tw_event_data data[3];
    size_t data_count;
    const char *want;
} messages[] = {
    /* its values, by name, wherever they stand */
    {"Schannel", "36887", "", {DATA("AlertDesc", "70")}, 1, "The remote side sent alert 70."},
    {"Schannel",
     "36887",
     "",
     {DATA("CallerProcessId", "700"), DATA("AlertDesc", "40")},
     2,
     "The remote side sent alert 40."},
    /* by place, where none has a name */
    {"Schannel", "36887", "", {DATA("", "48")}, 1, "The remote side sent alert 48."},
    {"Schannel",
     "36871",
     "",
     {DATA("", "client"), DATA("", "10013")},
     2,
     "While creating a client credential: state 10013"},
    /* a translated word */
    {"Schannel",
     "36871",
     "",
     {DATA("Type", "\xE5\xAE\xA2\xE6\x88\xB7\xE7\xAB\xAF"), DATA("ErrorState", "10013")},
     2,
     "While creating a client credential: state 10013"},
    /* a message in another language: its numbers, its word */
    {"Schannel",
     "36887",
     "Vom fernen Ende: 70, laut TLS 1.2.",
     {DATA("", "")},
     0,
     "The remote side sent alert 70."},
    {"Schannel",
     "36871",
     "Beim Anlegen (Client), Status 0x1F",
     {DATA("", "")},
     0,
     "While creating a client credential: state 0x1F"},
    /* not enough in it: it stays as it is */
    {"Schannel",
     "36871",
     "Client und Server, 10013",
     {DATA("", "")},
     0,
     "Client und Server, 10013"},
    {"Schannel",
     "36887",
     "Vom fernen Ende, laut TLS 1.2.",
     {DATA("", "")},
     0,
     "Vom fernen Ende, laut TLS 1.2."},
    /* the same message, with more behind it, is the better one */
    {"Schannel",
     "36887",
     "The remote side sent alert 70. Process: a.exe",
     {DATA("AlertDesc", "70")},
     1,
     "The remote side sent alert 70. Process: a.exe"},
    /* others */
    {"Schannel", "36888", "its own", {DATA("AlertDesc", "70")}, 1, "its own"},
    {"Another", "36887", "", {DATA("AlertDesc", "70")}, 1, ""},
    {"Other", "7", "", {DATA("", "")}, 0, "Nothing but words, many of them."},
    {"Other", "7", "Rien que des mots.", {DATA("", "")}, 0, "Nothing but words, many of them."},
};

static struct tw_event event_of(int row)
{
    struct tw_event event = {.provider = tw_base_span(messages[row].provider),
                             .event_id = tw_base_span(messages[row].event_id),
                             .message = tw_base_span(messages[row].message)};
    event.data_count = messages[row].data_count;
    memcpy(event.data, messages[row].data, sizeof messages[row].data);
    return event;
}

START_TEST(message_of_the_catalogue)
{
    struct tw_buffer text = TW_BUFFER_INIT(1u << 16);
    struct tw_event event = event_of(_i);
    tw_format_message(&text, pack, &event);
    ck_assert_int_eq(text.status, TW_OK);
    ck_assert_msg(tw_base_span_equal(tw_base_buffer_span(&text), tw_base_span(messages[_i].want)),
                  "\"%.*s\", wanted \"%s\"", (int)text.length, text.length == 0 ? "" : text.at,
                  messages[_i].want);
    tw_base_buffer_free(&text);
}
END_TEST

START_TEST(lines_of_an_event)
{
    struct tw_buffer text = TW_BUFFER_INIT(1u << 16);
    struct tw_span message;
    struct tw_event event = event_of(1);
    event.level = TW_SPAN("Error");
    event.user_data = TW_SPAN("<a>b</a>");
    tw_format_flatten(&text, pack, &event, &message);
    tw_base_buffer_add_char(&text, '\0');
    ck_assert_str_eq(text.at, "Source: Schannel\nEvent ID: 36887\nLevel: Error\nDescription:\n"
                              "The remote side sent alert 40.\n"
                              "CallerProcessId: 700\nAlertDesc: 40\n<a>b</a>\n");
    ck_assert(tw_base_span_equal(message, TW_SPAN("The remote side sent alert 40.")));
    tw_base_buffer_free(&text);
}
END_TEST

START_TEST(value_in_the_message_is_not_said_twice)
{
    struct tw_buffer text = TW_BUFFER_INIT(1u << 16);
    struct tw_span message;
    struct tw_event event = {.message = TW_SPAN("It said: a long value that is quoted here.")};
    event.data[0].value = TW_SPAN("a long value that is quoted here");
    event.data[1].value = TW_SPAN("short");
    event.data_count = 2;
    tw_format_flatten(&text, pack, &event, &message);
    tw_base_buffer_add_char(&text, '\0');
    ck_assert_str_eq(text.at, "Description:\nIt said: a long value that is quoted here.\nshort\n");
    tw_base_buffer_free(&text);
}
END_TEST

Suite *tw_suite_format_flatten(void)
{
    Suite *suite = suite_create("format_flatten");
    TCase *events = tcase_create("events");
    tcase_add_unchecked_fixture(events, open_pack, close_pack);
    tcase_add_loop_test(events, message_of_the_catalogue, 0, (int)TW_N(messages));
    tcase_add_test(events, lines_of_an_event);
    tcase_add_test(events, value_in_the_message_is_not_said_twice);
    suite_add_tcase(suite, events);
    return suite;
}
