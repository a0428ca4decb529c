/* report_explain_json.c -- the elements of a pack as JSON objects, for programs. */
#include "report/report_explain.h"
#include "report/report_words.h"

static void set_texts(struct tw_json *json, const char *key, const struct tw_pack *pack,
                      struct tw_list list)
{
    json_t *array = json_array();
    for (uint32_t i = 0; array != NULL && i < list.count; i++) {
        json->failed |=
            json_array_append_new(
                array, json_string(tw_pack_text(pack, tw_pack_number(pack, list, i)))) != 0;
    }
    tw_report_set_value(json, key, array);
}

/* Sets a key to the ids of elements; `ids` gives the id of an index. */
static void set_ids(struct tw_json *json, const char *key, const struct tw_pack *pack,
                    struct tw_list list, tw_text (*id)(const struct tw_pack *, uint32_t))
{
    json_t *array = json_array();
    for (uint32_t i = 0; array != NULL && i < list.count; i++) {
        const char *text = tw_pack_text(pack, id(pack, tw_pack_number(pack, list, i)));
        json->failed |= json_array_append_new(array, json_string(text)) != 0;
    }
    tw_report_set_value(json, key, array);
}

static tw_text fix_id(const struct tw_pack *pack, uint32_t index)
{
    return pack->fixes[index].id;
}

static tw_text collect_id(const struct tw_pack *pack, uint32_t index)
{
    return pack->collects[index].id;
}

static tw_text cause_id(const struct tw_pack *pack, uint32_t index)
{
    return pack->causes[index].id;
}

static tw_text client_id(const struct tw_pack *pack, uint32_t index)
{
    return pack->clients[index].id;
}

static void set_references(struct tw_json *json, const struct tw_pack *pack, struct tw_list list)
{
    json_t *array = json_array();
    for (uint32_t i = 0; array != NULL && i < list.count; i++) {
        const struct tw_pack_reference *from = &pack->references[tw_pack_number(pack, list, i)];
        struct tw_json reference = tw_report_begin_object();
        tw_report_set_string(&reference, "id", tw_pack_text(pack, from->id));
        tw_report_set_string(&reference, "document", tw_pack_text(pack, from->document));
        tw_report_set_string(&reference, "section", tw_pack_text(pack, from->section));
        tw_report_set_string(&reference, "url", tw_pack_text(pack, from->url));
        tw_report_set_string(&reference, "as_of", tw_pack_text(pack, from->as_of));
        tw_report_set_string(&reference, "note", tw_pack_text(pack, from->note));
        tw_report_append_object(json, array, reference);
    }
    tw_report_set_value(json, "references", array);
}

static void set_terms(struct tw_json *json, const char *key, const struct tw_pack *pack,
                      struct tw_terms terms)
{
    struct tw_json object = tw_report_begin_object();
    for (uint32_t i = 0; i < terms.count; i++) {
        const struct tw_pack_term *term = &pack->terms[terms.first + i];
        tw_report_set_real(&object, tw_pack_text(pack, pack->causes[term->cause].id),
                           (double)term->value);
    }
    tw_report_set_object(json, key, object);
}

static struct tw_json begin(const char *type, const struct tw_pack *pack, tw_text id,
                            const char *title_key, tw_text title)
{
    struct tw_json json = tw_report_begin_object();
    tw_report_set_string(&json, "type", type);
    tw_report_set_string(&json, "id", tw_pack_text(pack, id));
    tw_report_set_string(&json, title_key, tw_pack_text(pack, title));
    return json;
}

static void set_names(struct tw_json *json, const char *key, const struct tw_pack *pack,
                      struct tw_list names)
{
    json_t *array = names.count == 0 ? NULL : json_array();
    for (uint32_t i = 0; array != NULL && i < names.count; i++) {
        const char *name = tw_pack_name(pack, tw_pack_number(pack, names, i));
        json->failed |= json_array_append_new(array, json_string(name)) != 0;
    }
    if (names.count > 0) {
        tw_report_set_value(json, key, array);
    }
}

static void set_when(struct tw_json *json, const struct tw_pack *pack,
                     const struct tw_pack_when *when)
{
    static const char *const windows[] = {"incident", "host", "input"};
    static const char *const sides[] = {"any", "service", "other"};
    struct tw_json object = tw_report_begin_object();
    tw_report_set_string(&object, "within", windows[when->window]);
    set_names(&object, "all", pack, when->all);
    set_names(&object, "any", pack, when->any);
    set_names(&object, "not", pack, when->none);
    set_names(&object, "before", pack, when->before);
    set_names(&object, "after", pack, when->after);
    if (when->of.count > 0) {
        struct tw_json count = tw_report_begin_object();
        set_names(&count, "of", pack, when->of);
        tw_report_set_number(&count, "hosts", when->hosts);
        tw_report_set_number(&count, "times", when->times);
        tw_report_set_object(&object, "count", count);
    }
    if (when->clients.count > 0) {
        set_ids(&object, "clients", pack, when->clients, client_id);
    }
    tw_report_set_string(&object, "hosts", sides[when->side]);
    tw_report_set_object(json, "when", object);
}

struct tw_json tw_report_json_signature(const struct tw_pack *pack, uint32_t index)
{
    static const char *const scopes[] = {"incident", "host", "input"};
    const struct tw_pack_signature *from = &pack->signatures[index];
    struct tw_json json = begin("signature", pack, from->id, "title", from->title);
    tw_report_set_number(&json, "revision", from->revision);
    tw_report_set_string(&json, "status", tw_pack_text(pack, from->status));
    tw_report_set_string(&json, "kind", tw_report_say_kind((enum tlswhy_kind)from->kind));
    if (from->client != TW_PACK_NONE) {
        tw_report_set_string(&json, "client", tw_pack_text(pack, pack->clients[from->client].id));
    }
    set_texts(&json, "seen_in", pack, from->seen_in);
    json_t *wordings = json_array();
    for (uint32_t i = 0; wordings != NULL && i < from->wordings.count; i++) {
        const struct tw_pack_wording *wording = &pack->wordings[from->wordings.first + i];
        struct tw_json object = tw_report_begin_object();
        tw_report_set_string(&object, "text", tw_pack_text(pack, wording->text));
        tw_report_set_string(&object, "pattern", tw_pack_text(pack, wording->pattern));
        tw_report_set_string(&object, "language", tw_pack_text(pack, wording->language));
        tw_report_set_string(&object, "anchor",
                             tw_pack_text(pack, pack->anchors[wording->anchor].bytes));
        tw_report_append_object(&json, wordings, object);
    }
    tw_report_set_value(&json, "wordings", wordings);
    if (from->when != TW_PACK_NONE) {
        set_when(&json, pack, &pack->whens[from->when]);
    }
    tw_report_set_string(&json, "unless", tw_pack_text(pack, from->unless));
    tw_report_set_string(&json, "scope", scopes[from->scope]);
    set_terms(&json, "supports", pack, from->supports);
    set_terms(&json, "rules_out", pack, from->rules_out);
    tw_report_set_string(&json, "note", tw_pack_text(pack, from->note));
    set_references(&json, pack, from->references);
    return json;
}

struct tw_json tw_report_json_family(const struct tw_pack *pack, uint32_t index)
{
    const struct tw_pack_family *from = &pack->families[index];
    struct tw_json json = begin("family", pack, from->id, "title", from->title);
    if (from->look_alike) {
        tw_report_set_value(&json, "look_alike", json_true());
    }
    set_texts(&json, "next_steps", pack, from->next_steps);
    return json;
}

struct tw_json tw_report_json_cause(const struct tw_pack *pack, uint32_t index)
{
    const struct tw_pack_cause *from = &pack->causes[index];
    struct tw_json json = begin("cause", pack, from->id, "title", from->title);
    tw_report_set_string(&json, "family", tw_pack_text(pack, pack->families[from->family].id));
    tw_report_set_string(&json, "headline", tw_pack_text(pack, from->headline));
    tw_report_set_string(&json, "meaning", tw_pack_text(pack, from->meaning));
    tw_report_set_string(&json, "told_apart_by", tw_pack_text(pack, from->told_apart_by));
    set_ids(&json, "fixes", pack, from->fixes, fix_id);
    set_ids(&json, "collect", pack, from->collect, collect_id);
    set_references(&json, pack, from->references);
    return json;
}

struct tw_json tw_report_json_client(const struct tw_pack *pack, uint32_t index)
{
    const struct tw_pack_client *from = &pack->clients[index];
    struct tw_json json = begin("client", pack, from->id, "title", from->title);
    tw_report_set_string(&json, "compliant_from", tw_pack_text(pack, from->compliant_from));
    set_references(&json, pack, from->references);
    return json;
}

struct tw_json tw_report_json_fix(const struct tw_pack *pack, uint32_t index)
{
    const struct tw_pack_fix *from = &pack->fixes[index];
    struct tw_json json = begin("fix", pack, from->id, "title", from->title);
    set_texts(&json, "steps", pack, from->steps);
    set_texts(&json, "commands", pack, from->commands);
    set_texts(&json, "cautions", pack, from->cautions);
    set_references(&json, pack, from->references);
    return json;
}

struct tw_json tw_report_json_collect(const struct tw_pack *pack, uint32_t index)
{
    const struct tw_pack_collect *from = &pack->collects[index];
    struct tw_json json = begin("collect", pack, from->id, "what", from->what);
    tw_report_set_string(&json, "command", tw_pack_text(pack, from->command));
    tw_report_set_string(&json, "settles", tw_pack_text(pack, from->settles));
    set_ids(&json, "decides_between", pack, from->decides_between, cause_id);
    return json;
}
