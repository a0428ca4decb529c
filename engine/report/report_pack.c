/* report_pack.c -- finds an id in a pack and shows it, and lists all ids. */
#include "report/report_pack.h"

#include "base/nearest.h"
#include "report/report_explain.h"

/* A table of the pack whose elements have ids, and how to show one. */
struct table {
    const char *name; /* as a key of the JSON list */
    const char *what;
    void (*page)(struct tw_report_page *page, const struct tw_pack *pack, uint32_t index);
    struct tw_json (*json)(const struct tw_pack *pack, uint32_t index);
};

enum { SIGNATURES, FAMILIES, CAUSES, CLIENTS, FIXES, COLLECTS, TABLES };

static const struct table tables[TABLES] = {
    [SIGNATURES] = {"signatures", "signature", tw_report_explain_signature,
                    tw_report_json_signature},
    [FAMILIES] = {"families", "family", tw_report_explain_family, tw_report_json_family},
    [CAUSES] = {"causes", "cause", tw_report_explain_cause, tw_report_json_cause},
    [CLIENTS] = {"clients", "client", tw_report_explain_client, tw_report_json_client},
    [FIXES] = {"fixes", "fix", tw_report_explain_fix, tw_report_json_fix},
    [COLLECTS] = {"collect", "collect", tw_report_explain_collect, tw_report_json_collect},
};

static uint32_t count_of(const struct tw_pack *pack, int table)
{
    const uint32_t counts[TABLES] = {pack->signature_count, pack->family_count,
                                     pack->cause_count,     pack->client_count,
                                     pack->fix_count,       pack->collect_count};
    return counts[table];
}

static const char *id_of(const struct tw_pack *pack, int table, uint32_t index)
{
    tw_text id = table == SIGNATURES ? pack->signatures[index].id
                 : table == FAMILIES ? pack->families[index].id
                 : table == CAUSES   ? pack->causes[index].id
                 : table == CLIENTS  ? pack->clients[index].id
                 : table == FIXES    ? pack->fixes[index].id
                                     : pack->collects[index].id;
    return tw_pack_text(pack, id);
}

static const char *title_of(const struct tw_pack *pack, int table, uint32_t index)
{
    tw_text title = table == SIGNATURES ? pack->signatures[index].title
                    : table == FAMILIES ? pack->families[index].title
                    : table == CAUSES   ? pack->causes[index].title
                    : table == CLIENTS  ? pack->clients[index].title
                    : table == FIXES    ? pack->fixes[index].title
                                        : pack->collects[index].what;
    return tw_pack_text(pack, title);
}

static enum tw_status refuse(const struct tw_pack *pack, const char *id, struct tw_error *error)
{
    const char *nearest = NULL;
    size_t least = tw_base_distance_limit(id) + 1;
    for (int table = 0; table < TABLES; table++) {
        for (uint32_t i = 0; i < count_of(pack, table); i++) {
            size_t far = tw_base_distance(id, id_of(pack, table, i));
            if (far < least) {
                least = far;
                nearest = id_of(pack, table, i);
            }
        }
    }
    return tw_base_error_set(error, TW_ERR_USAGE,
                             "there is no signature, family, cause, client or fix \"%.80s\"%s%s; "
                             "`tlswhy signatures list` shows all",
                             id, nearest == NULL ? "" : "; did you mean ",
                             nearest == NULL ? "" : nearest);
}

enum tw_status tw_report_explain(struct tw_buffer *to, const struct tw_pack *pack, const char *id,
                                 bool json, struct tw_error *error)
{
    struct tw_report_page page;
    size_t shown = 0;
    tw_report_page_init(&page, to, 80, false);
    for (int table = 0; table < TABLES; table++) {
        for (uint32_t i = 0; i < count_of(pack, table); i++) {
            if (strcmp(id, id_of(pack, table, i)) != 0) {
                continue;
            }
            if (json) {
                tw_report_dump_object(to, (struct tw_report_layout){.line = true},
                                      tables[table].json(pack, i));
            } else {
                if (shown > 0) {
                    tw_report_gap(&page);
                }
                tables[table].page(&page, pack, i);
            }
            shown++;
        }
    }
    tw_report_page_free(&page);
    return shown > 0 ? TW_OK : refuse(pack, id, error);
}

static void list_json(struct tw_buffer *to, const struct tw_pack *pack)
{
    struct tw_json all = tw_report_begin_object();
    for (int table = 0; table < TABLES; table++) {
        json_t *array = json_array();
        for (uint32_t i = 0; array != NULL && i < count_of(pack, table); i++) {
            tw_report_append_object(&all, array, tables[table].json(pack, i));
        }
        tw_report_set_value(&all, tables[table].name, array);
    }
    tw_report_dump_object(to, (struct tw_report_layout){.line = true}, all);
}

void tw_report_list(struct tw_buffer *to, const struct tw_pack *pack, bool json)
{
    if (json) {
        list_json(to, pack);
        return;
    }
    for (int table = 0; table < TABLES; table++) {
        for (uint32_t i = 0; i < count_of(pack, table); i++) {
            tw_base_buffer_print(to, "%-10s %-34s %s\n", tables[table].what, id_of(pack, table, i),
                                 title_of(pack, table, i));
        }
    }
}
