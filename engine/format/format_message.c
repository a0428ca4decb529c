/* format_message.c -- the message of an event from the pack's catalogue; see format_flatten.h.
 *
 * A binary log and most exports hold the values of an event and not the message, which is in a file
 * of Windows. The catalogue (section `events` of a pack) has the message with {Name} where a value
 * stands. A message in another language tells its numbers all the same. */
#include "format/format_flatten.h"

/* Shortest run of the catalogue's message that shows that a message is the same one in English. */
#define TELLING_RUN 12u

static bool contains(struct tw_span text, struct tw_span part)
{
    return part.length == 0 || tw_base_span_find(text, part) < text.length;
}

/* The number that an event's id stands for; 0, which is none of the catalogue's, where it is none.
 */
static uint32_t number_of(struct tw_span digits)
{
    uint32_t number = 0;
    for (size_t i = 0; i < digits.length; i++) {
        if (!tw_base_is_digit(digits.at[i]) || number > 99999) {
            return 0;
        }
        number = 10 * number + (uint32_t)(digits.at[i] - '0');
    }
    return number;
}

static const struct tw_pack_event *find_event(const struct tw_pack *pack,
                                              const struct tw_event *event)
{
    uint32_t number = number_of(event->event_id);
    for (uint32_t i = 0; number > 0 && i < pack->event_count; i++) {
        const struct tw_pack_event *known = &pack->events[i];
        if (known->event_id == number &&
            tw_base_span_equal(event->provider,
                               tw_base_span(tw_pack_text(pack, known->provider)))) {
            return known;
        }
    }
    return NULL;
}

/* The next piece of a catalogue's message: text up to a brace, or a name between braces. */
static struct tw_span next_piece(struct tw_span *rest, bool *is_name)
{
    struct tw_span piece = *rest;
    *is_name = piece.length > 0 && piece.at[0] == '{';
    const char *end = piece.length == 0 ? NULL
                      : *is_name        ? memchr(piece.at, '}', piece.length)
                                        : memchr(piece.at, '{', piece.length);
    if (end != NULL) {
        piece.length = (size_t)(end - piece.at) + *is_name;
    }
    *rest = tw_base_span_skip(*rest, piece.length);
    if (*is_name) {
        piece = (struct tw_span){piece.at + 1, piece.length >= 2 ? piece.length - 2 : 0};
    }
    return piece;
}

/* Whether the event's own message is the catalogue's: its longest run of text stands in it. */
static bool is_this_message(struct tw_span message, struct tw_span known)
{
    struct tw_span longest = {NULL, 0};
    while (known.length > 0) {
        bool is_name;
        struct tw_span piece = next_piece(&known, &is_name);
        if (!is_name && piece.length > longest.length) {
            longest = piece;
        }
    }
    return longest.length >= TELLING_RUN && contains(message, tw_base_span_trim(longest));
}

static uint32_t index_of(const struct tw_pack *pack, struct tw_list names, struct tw_span name)
{
    for (uint32_t i = 0; i < names.count; i++) {
        if (tw_base_span_equal(name,
                               tw_base_span(tw_pack_text(pack, tw_pack_number(pack, names, i))))) {
            return i;
        }
    }
    return TW_PACK_NONE;
}

/* The value of that name; of an event without names, the one that stands in its place. */
static struct tw_span value_of(const struct tw_pack *pack, const struct tw_pack_event *known,
                               const struct tw_event *event, struct tw_span name)
{
    bool any_name = false;
    for (size_t i = 0; i < event->data_count; i++) {
        any_name |= event->data[i].name.length > 0;
        if (tw_base_span_equal(event->data[i].name, name)) {
            return event->data[i].value;
        }
    }
    uint32_t place = index_of(pack, known->values, name);
    return !any_name && place < event->data_count ? event->data[place].value
                                                  : (struct tw_span){NULL, 0};
}

/* Whether a number may begin at `at`: not inside a word, a version, a path or another number. */
static bool begins_number(struct tw_span text, size_t at)
{
    return tw_base_is_digit(text.at[at]) &&
           (at == 0 || (!tw_base_is_digit(text.at[at - 1]) && !tw_base_is_letter(text.at[at - 1]) &&
                        strchr(".-/_#", text.at[at - 1]) == NULL));
}

/* The number at `at` with its hexadecimal digits; empty where it is a version or part of a word. */
static struct tw_span number_at(struct tw_span text, size_t at)
{
    size_t end = at;
    while (end < text.length &&
           (tw_base_is_digit(text.at[end]) || tw_base_is_letter(text.at[end]))) {
        end++;
    }
    struct tw_span number = {text.at + at, end - at};
    bool is_hexadecimal = tw_base_span_starts(number, TW_SPAN("0x"));
    for (size_t i = 0; !is_hexadecimal && i < number.length; i++) {
        if (!tw_base_is_digit(number.at[i])) {
            return (struct tw_span){NULL, 0};
        }
    }
    bool is_version =
        end + 1 < text.length && text.at[end] == '.' && tw_base_is_digit(text.at[end + 1]);
    return is_version ? (struct tw_span){NULL, 0} : number;
}

/* The number of that place among the numbers of a message, whatever its language. */
static struct tw_span nth_number(struct tw_span message, uint32_t place)
{
    for (size_t at = 0; at < message.length; at++) {
        struct tw_span number =
            begins_number(message, at) ? number_at(message, at) : (struct tw_span){NULL, 0};
        if (number.length > 0 && place-- == 0) {
            return number;
        }
    }
    return (struct tw_span){NULL, 0};
}

static bool is_of(const struct tw_pack *pack, uint32_t word, struct tw_span name)
{
    return tw_base_span_equal(name, tw_base_span(tw_pack_text(pack, pack->words[word].of)));
}

/* The English word for a value that Windows translates, or the value itself. */
static struct tw_span in_english(const struct tw_pack *pack, struct tw_span name,
                                 struct tw_span value)
{
    for (uint32_t i = 0; i < pack->word_count; i++) {
        if (is_of(pack, i, name) && index_of(pack, pack->words[i].texts, value) != TW_PACK_NONE) {
            return tw_base_span(tw_pack_text(pack, pack->words[i].id));
        }
    }
    return value;
}

/* The one word for such a value that a message in another language has; empty: none, or several. */
static struct tw_span word_in(const struct tw_pack *pack, struct tw_span name,
                              struct tw_span message)
{
    struct tw_span found = {NULL, 0};
    for (uint32_t i = 0; i < pack->word_count; i++) {
        struct tw_list texts = pack->words[i].texts;
        bool is_there = false;
        for (uint32_t k = 0; is_of(pack, i, name) && k < texts.count; k++) {
            struct tw_span text = tw_base_span(tw_pack_text(pack, tw_pack_number(pack, texts, k)));
            is_there |= text.length > 0 && contains(message, text);
        }
        if (is_there && found.length > 0) {
            return (struct tw_span){NULL, 0};
        }
        if (is_there) {
            found = tw_base_span(tw_pack_text(pack, pack->words[i].id));
        }
    }
    return found;
}

/* The value that stands for a name in the catalogue's message. */
static struct tw_span resolve(const struct tw_pack *pack, const struct tw_pack_event *known,
                              const struct tw_event *event, struct tw_span name)
{
    struct tw_span value = value_of(pack, known, event, name);
    uint32_t place = index_of(pack, known->numbers, name);
    if (value.length == 0 && place != TW_PACK_NONE) {
        value = nth_number(event->message, place);
    } else if (value.length == 0) {
        value = word_in(pack, name, event->message);
    }
    return in_english(pack, name, value);
}

void tw_format_message(struct tw_buffer *to, const struct tw_pack *pack,
                       const struct tw_event *event)
{
    const struct tw_pack_event *known = find_event(pack, event);
    size_t before = to->length;
    bool is_whole = true;
    if (known == NULL ||
        is_this_message(event->message, tw_base_span(tw_pack_text(pack, known->message)))) {
        tw_base_buffer_add(to, event->message);
        return;
    }
    struct tw_span rest = tw_base_span(tw_pack_text(pack, known->message));
    while (rest.length > 0) {
        bool is_name;
        struct tw_span piece = next_piece(&rest, &is_name);
        struct tw_span text = is_name ? resolve(pack, known, event, piece) : piece;
        is_whole &= !is_name || text.length > 0;
        tw_base_buffer_add(to, text);
    }
    if (!is_whole && event->message.length > 0) {
        to->length = before;
        tw_base_buffer_add(to, event->message);
    }
}
