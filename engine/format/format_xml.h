/* format_xml.h -- takes XML apart: the part of it in which events are written.
 *
 * Elements, attributes, text, CDATA sections, comments and processing instructions of XML 1.0; no
 * document type, and so no entities but the five that XML knows, and references to characters. What
 * is not well formed ends the walk where it stands. */
#ifndef TW_FORMAT_FORMAT_XML_H
#define TW_FORMAT_FORMAT_XML_H

#include "format/format.h"

/** Attributes of a tag that are told; the rest is passed over. An event has at most five. */
#define TW_XML_ATTRIBUTES 8u

/** A start tag. Names are without the prefix of a name space; values as they stand there. */
struct tw_xml_tag {
    struct tw_span name;
    struct {
        struct tw_span name;
        struct tw_span value;
    } attributes[TW_XML_ATTRIBUTES];
    size_t attribute_count;
    size_t at;     /**< in the text */
    size_t behind; /**< where it ends */
};

/** Who is told. `begin` and `end` come in pairs, also for an empty element; false ends the walk. */
struct tw_xml_listener {
    bool (*begin)(void *user, const struct tw_xml_tag *tag);
    /** Text as it stands there; `plain`: of a CDATA section, in which nothing is escaped. */
    void (*text)(void *user, struct tw_span text, bool plain);
    /** `at`: where the end tag begins. */
    void (*end)(void *user, size_t at);
};

/** Walks over the first element of `xml`, and what is in it, down to TW_EVENT_XML_DEPTH. Returns
 * where it ended: behind that element, or where it is cut off or not well formed; then `*whole` is
 *  false. */
size_t tw_format_xml_walk(struct tw_span xml, const struct tw_xml_listener *listener, void *user,
                          bool *whole);

/** Whether the first record of a log can follow this: other XML (a declaration, a root element, a
 *  licence), or a few words (the command that printed it). */
bool tw_format_xml_may_follow(struct tw_span before);

/** The value of an attribute as it stands there; empty where the tag has none of that name. */
struct tw_span tw_format_xml_attribute(const struct tw_xml_tag *tag, struct tw_span name);

/** Puts text into the room, with its references replaced and its line ends as XML reads them
 * (2.11); what XML does not allow becomes a question mark. */
void tw_format_xml_unescape(struct tw_format_room *room, struct tw_span text, bool plain);

#endif
