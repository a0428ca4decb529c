/* decode_evtx_value.c -- every type of value as the text that Windows prints for it.
 *
 * A value whose size does not fit its type, or whose type nobody knows, is printed as its bytes: no
 * value is lost. Types: [MS-EVEN6], section 2.2.12; forms: 2.2.16 there, and the documentation of
 * libevtx. */
#include <stdio.h>
#include <stdlib.h>

#include "decode/decode_evtx_parts.h"

/* Room for the longest value that is no string and no bytes: a time, a SID with 255 parts aside. */
#define SHORT_MAX 64u

enum {
    ANSI = 0x02,
    INT_8 = 0x03,
    UINT_8 = 0x04,
    INT_16 = 0x05,
    UINT_16 = 0x06,
    INT_32 = 0x07,
    UINT_32 = 0x08,
    INT_64 = 0x09,
    UINT_64 = 0x0A,
    REAL_32 = 0x0B,
    REAL_64 = 0x0C,
    BOOL = 0x0D,
    BINARY = 0x0E,
    GUID = 0x0F,
    SIZE = 0x10,
    FILE_TIME = 0x11,
    SYSTEM_TIME = 0x12,
    SID = 0x13,
    HEX_32 = 0x14,
    HEX_64 = 0x15,
    HANDLE = 0x20,
    XML_TEXT = 0x23,
};

size_t tw_decode_evtx_size(unsigned type)
{
    static const uint8_t sizes[] = {
        [INT_8] = 1,     [UINT_8] = 1,       [INT_16] = 2, [UINT_16] = 2,
        [INT_32] = 4,    [UINT_32] = 4,      [INT_64] = 8, [UINT_64] = 8,
        [REAL_32] = 4,   [REAL_64] = 8,      [BOOL] = 4,   [GUID] = 16,
        [FILE_TIME] = 8, [SYSTEM_TIME] = 16, [HEX_32] = 4, [HEX_64] = 8,
    };
    return type < sizeof sizes ? sizes[type] : 0;
}

/* ---- numbers ------------------------------------------------------------------------------- */

static char *write_decimal(char *to, uint64_t number)
{
    size_t length = 1;
    for (uint64_t rest = number; rest >= 10; rest /= 10) {
        length++;
    }
    for (size_t i = length; i > 0; i--) {
        to[i - 1] = (char)('0' + number % 10);
        number /= 10;
    }
    return to + length;
}

/* Exactly `count` digits. */
static char *write_digits(char *to, uint32_t number, unsigned count)
{
    for (unsigned i = count; i > 0; i--) {
        to[i - 1] = (char)('0' + number % 10);
        number /= 10;
    }
    return to + count;
}

static char *write_signed(char *to, int64_t number)
{
    if (number < 0) {
        *to++ = '-';
        return write_decimal(to, -(uint64_t)number);
    }
    return write_decimal(to, (uint64_t)number);
}

static char *write_hex(char *to, uint64_t number)
{
    size_t length = 1;
    for (uint64_t rest = number; rest >= 16; rest >>= 4) {
        length++;
    }
    *to++ = '0';
    *to++ = 'x';
    for (size_t i = length; i > 0; i--) {
        to[i - 1] = "0123456789abcdef"[number & 15];
        number >>= 4;
    }
    return to + length;
}

static char *write_bytes(char *to, const char *at, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)at[i];
        *to++ = "0123456789ABCDEF"[byte >> 4];
        *to++ = "0123456789ABCDEF"[byte & 15];
    }
    return to;
}

static char *write_word(char *to, struct tw_span word)
{
    memcpy(to, word.at, word.length);
    return to + word.length;
}

/* The shortest digits that give the number back; the words of the C library of Windows for what is
 * no number. */
static char *write_real(char *to, double number, bool single)
{
    if (number != number) {
        return write_word(to, TW_SPAN("-1.#IND"));
    }
    if (number - number != 0) {
        return write_word(to, number < 0 ? TW_SPAN("-1.#INF") : TW_SPAN("1.#INF"));
    }
    int length = 0;
    for (int digits = 6; digits <= 17; digits++) {
        length = snprintf(to, SHORT_MAX, "%.*g", digits, number);
        double again = strtod(to, NULL);
        if (single ? (float)again == (float)number : again == number) {
            break;
        }
    }
    char *comma = memchr(to, ',', (size_t)length); /* the point of some locales */
    if (comma != NULL) {
        *comma = '.';
    }
    return to + length;
}

/* The number in `bytes`, which are 1, 2, 4 or 8. */
static uint64_t number_of(struct tw_span bytes)
{
    switch (bytes.length) {
    case 1:
        return (unsigned char)bytes.at[0];
    case 2:
        return tw_decode_evtx_u16(bytes.at);
    case 4:
        return tw_decode_evtx_u32(bytes.at);
    default:
        return tw_decode_evtx_u64(bytes.at);
    }
}

static int64_t signed_number_of(struct tw_span bytes)
{
    unsigned shift = 64 - 8 * (unsigned)bytes.length;
    return (int64_t)(number_of(bytes) << shift) >> shift;
}

static double real_of(struct tw_span bytes)
{
    if (bytes.length == 8) {
        uint64_t bits = tw_decode_evtx_u64(bytes.at);
        double number;
        memcpy(&number, &bits, sizeof number);
        return number;
    }
    uint32_t bits = tw_decode_evtx_u32(bytes.at);
    float number;
    memcpy(&number, &bits, sizeof number);
    return (double)number;
}

/* ---- times --------------------------------------------------------------------------------- */

struct date {
    uint32_t year;
    uint32_t month;
    uint32_t day;
};

/* The date of a day counted from 1601-01-01, a Monday with which 400 years begin. */
static struct date date_of(uint32_t days)
{
    /* Years that begin in March end with the leap day: from 1600-03-01. */
    days += 306;
    uint32_t era = days / 146097;
    uint32_t day_of_era = days % 146097;
    uint32_t year =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint32_t day = day_of_era - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * day + 2) / 153;
    struct date date = {1600 + 400 * era + year, month + 3, day - (153 * month + 2) / 5 + 1};
    if (month >= 10) {
        date.month -= 12;
        date.year++;
    }
    return date;
}

static char *write_date(char *to, struct date date)
{
    to = date.year < 10000 ? write_digits(to, date.year, 4) : write_decimal(to, date.year);
    *to++ = '-';
    to = write_digits(to, date.month, 2);
    *to++ = '-';
    to = write_digits(to, date.day, 2);
    *to++ = 'T';
    return to;
}

static char *write_clock(char *to, uint32_t hours, uint32_t minutes, uint32_t seconds)
{
    to = write_digits(to, hours, 2);
    *to++ = ':';
    to = write_digits(to, minutes, 2);
    *to++ = ':';
    to = write_digits(to, seconds, 2);
    *to++ = '.';
    return to;
}

/* FILETIME: units of 100 ns since 1601-01-01. */
static char *write_file_time(char *to, uint64_t units)
{
    uint64_t seconds = units / 10000000;
    uint32_t in_day = (uint32_t)(seconds % 86400);
    to = write_date(to, date_of((uint32_t)(seconds / 86400)));
    to = write_clock(to, in_day / 3600, in_day / 60 % 60, in_day % 60);
    to = write_digits(to, (uint32_t)(units % 10000000), 7);
    *to++ = 'Z';
    return to;
}

static char *write_system_time(char *to, const char *at)
{
    /* Year, month, day of the week, day, hours, minutes, seconds, milliseconds. */
    struct date date = {tw_decode_evtx_u16(at), tw_decode_evtx_u16(at + 2),
                        tw_decode_evtx_u16(at + 6)};
    to = write_date(to, date);
    to = write_clock(to, tw_decode_evtx_u16(at + 8), tw_decode_evtx_u16(at + 10),
                     tw_decode_evtx_u16(at + 12));
    to = write_digits(to, tw_decode_evtx_u16(at + 14), 3);
    *to++ = 'Z';
    return to;
}

/* Whether the numbers are those of a time, so that no digit is lost. */
static bool is_system_time(const char *at)
{
    static const uint16_t most[8] = {65535, 12, 65535, 31, 23, 59, 60, 999};
    for (size_t i = 0; i < 8; i++) {
        if (tw_decode_evtx_u16(at + 2 * i) > most[i]) {
            return false;
        }
    }
    return true;
}

/* ---- identifiers --------------------------------------------------------------------------- */

static char *write_reversed(char *to, const char *at, size_t length)
{
    for (size_t i = length; i > 0; i--) {
        to = write_bytes(to, at + i - 1, 1);
    }
    return to;
}

static char *write_guid(char *to, const char *at)
{
    *to++ = '{';
    to = write_reversed(to, at, 4);
    *to++ = '-';
    to = write_reversed(to, at + 4, 2);
    *to++ = '-';
    to = write_reversed(to, at + 6, 2);
    *to++ = '-';
    to = write_bytes(to, at + 8, 2);
    *to++ = '-';
    to = write_bytes(to, at + 10, 6);
    *to++ = '}';
    return to;
}

/* Bytes of the security identifier at the beginning; 0: there is none. [MS-DTYP], 2.4.2.2. */
static size_t sid_size(struct tw_span bytes)
{
    size_t size = bytes.length < 8 ? 0 : 8 + 4 * (size_t)(unsigned char)bytes.at[1];
    return size <= bytes.length ? size : 0;
}

static void put_sid(struct tw_buffer *to, struct tw_span bytes)
{
    char *start = tw_decode_evtx_room(to, SHORT_MAX + 3 * bytes.length);
    if (start == NULL) {
        return;
    }
    char *write = start;
    uint64_t authority = 0;
    for (size_t i = 2; i < 8; i++) {
        authority = authority << 8 | (unsigned char)bytes.at[i];
    }
    *write++ = 'S';
    *write++ = '-';
    write = write_decimal(write, (unsigned char)bytes.at[0]);
    *write++ = '-';
    write = authority >> 32 != 0 ? write_hex(write, authority) : write_decimal(write, authority);
    for (size_t i = 8; i < bytes.length; i += 4) {
        *write++ = '-';
        write = write_decimal(write, tw_decode_evtx_u32(bytes.at + i));
    }
    to->length += (size_t)(write - start);
}

/* ---- any value ----------------------------------------------------------------------------- */

/* Values of a fixed size; NULL: the size is another. */
static char *write_fixed(char *to, unsigned type, struct tw_span bytes)
{
    size_t size = bytes.length;
    bool number = size == 1 || size == 2 || size == 4 || size == 8;
    switch (type) {
    case INT_8:
    case INT_16:
    case INT_32:
    case INT_64:
        return number ? write_signed(to, signed_number_of(bytes)) : NULL;
    case UINT_8:
    case UINT_16:
    case UINT_32:
    case UINT_64:
        return number ? write_decimal(to, number_of(bytes)) : NULL;
    case SIZE:
    case HEX_32:
    case HEX_64:
    case HANDLE:
        return number ? write_hex(to, number_of(bytes)) : NULL;
    case BOOL: /* not only 0 and 1 are met */
        return number ? write_word(to, number_of(bytes) != 0 ? TW_SPAN("true") : TW_SPAN("false"))
                      : NULL;
    case REAL_32:
    case REAL_64:
        return size == 4 || size == 8 ? write_real(to, real_of(bytes), size == 4) : NULL;
    case GUID:
        return size == 16 ? write_guid(to, bytes.at) : NULL;
    case FILE_TIME:
        return size == 8 ? write_file_time(to, tw_decode_evtx_u64(bytes.at)) : NULL;
    case SYSTEM_TIME:
        return size == 16 && is_system_time(bytes.at) ? write_system_time(to, bytes.at) : NULL;
    default:
        return NULL;
    }
}

bool tw_decode_evtx_may_tell(const struct tw_decode_evtx_value *value)
{
    switch (value->type) {
    case TW_EVTX_NULL:
    case GUID:
    case SID:
    case FILE_TIME:
    case SYSTEM_TIME:
    case BINARY:
    case BOOL:
        return false;
    case INT_8:
    case INT_16:
    case UINT_8:
    case UINT_16:
        return false; /* fewer digits than an anchor has */
    default:
        return value->size > 0;
    }
}

/* Units of a string without the NULs that some programs count in. */
static size_t string_units(struct tw_span bytes)
{
    size_t units = bytes.length / 2;
    while (units > 0 && tw_decode_evtx_u16(bytes.at + 2 * (units - 1)) == 0) {
        units--;
    }
    return units;
}

static void put_bytes(struct tw_buffer *to, struct tw_span bytes)
{
    char *start = tw_decode_evtx_room(to, 2 * bytes.length);
    if (start != NULL) {
        to->length += (size_t)(write_bytes(start, bytes.at, bytes.length) - start);
    }
}

void tw_decode_evtx_put_value(struct tw_buffer *to, unsigned type, struct tw_span bytes)
{
    if (type == TW_EVTX_NULL || bytes.length == 0) {
        return;
    }
    if (type == TW_EVTX_STRING || type == XML_TEXT) {
        tw_decode_evtx_put_utf16(to, bytes.at, string_units(bytes));
        return;
    }
    if (type == ANSI) {
        while (bytes.length > 0 && bytes.at[bytes.length - 1] == '\0') {
            bytes.length--;
        }
        tw_decode_evtx_put_ansi(to, bytes);
        return;
    }
    if (type == SID && sid_size(bytes) == bytes.length) {
        put_sid(to, bytes);
        return;
    }
    char *start = tw_decode_evtx_room(to, SHORT_MAX);
    char *end = start == NULL ? NULL : write_fixed(start, type, bytes);
    if (end != NULL) {
        to->length += (size_t)(end - start);
    } else if (start != NULL) {
        put_bytes(to, bytes);
    }
}

/* ---- lists --------------------------------------------------------------------------------- */

bool tw_decode_evtx_is_array(unsigned type)
{
    unsigned item = type & ~TW_EVTX_ARRAY;
    return (type & TW_EVTX_ARRAY) != 0 && (item == TW_EVTX_STRING || item == ANSI || item == SID ||
                                           item == SIZE || tw_decode_evtx_size(item) > 0);
}

/* Bytes of the first item, and of what ends it. */
static size_t item_size(unsigned type, struct tw_span rest, size_t *mark)
{
    size_t unit = type == TW_EVTX_STRING ? 2 : 1;
    *mark = 0;
    if (type != TW_EVTX_STRING && type != ANSI) {
        /* A size is as wide as the machine's; on today's that is eight bytes. */
        size_t size = type == SID ? sid_size(rest) : type == SIZE ? 8 : tw_decode_evtx_size(type);
        return size == 0 || size > rest.length ? rest.length : size;
    }
    for (size_t at = 0; at + unit <= rest.length; at += unit) {
        if (rest.at[at] == '\0' && rest.at[at + unit - 1] == '\0') {
            *mark = unit;
            return at;
        }
    }
    return rest.length;
}

bool tw_decode_evtx_item(const char *chunk, struct tw_decode_evtx_value *rest,
                         struct tw_decode_evtx_value *item)
{
    if (rest->size == 0) {
        return false;
    }
    size_t mark;
    *item = *rest;
    item->type = (uint8_t)(rest->type & ~TW_EVTX_ARRAY);
    item->size =
        (uint16_t)item_size(item->type, (struct tw_span){chunk + rest->at, rest->size}, &mark);
    rest->at += item->size + (uint32_t)mark;
    rest->size = (uint16_t)(rest->size - item->size - mark);
    return true;
}
