/* format_document.c -- articles that list errors, as opposed to logs that have them.
 *
 * An article is told by its front matter (YAML between two lines of three hyphens) or by a heading
 * of the first or second level in its first line. What stands in the rows of its tables is about
 * errors; in its code and its quotations it shows real ones. */
#include "format/format.h"

bool tw_format_is_article(struct tw_span head)
{
    size_t next = 0;
    struct tw_span line = tw_base_span_trim(tw_base_span_line(head, 0, &next));
    while (line.length == 0 && next < head.length) {
        line = tw_base_span_trim(tw_base_span_line(head, next, &next));
    }
    return tw_base_span_equal(line, TW_SPAN("---")) || tw_base_span_starts(line, TW_SPAN("# ")) ||
           tw_base_span_starts(line, TW_SPAN("## "));
}

bool tw_format_is_table_row(struct tw_span record)
{
    struct tw_span row = tw_base_span_trim(record);
    return row.length > 2 && row.at[0] == '|' && row.at[row.length - 1] == '|' &&
           memchr(row.at, '\n', row.length) == NULL;
}
