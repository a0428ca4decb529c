/* cli_options.c -- parses a command line by the table of options; see cli.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

void tw_cli_say(const char *format, ...)
{
    /* One write a message, so that messages of several processes do not mix. What was typed may
     * hold terminal escapes too. A standard error that is broken or full never stops the work. */
    char text[2048];
    char shown[4096];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0) {
        tlswhy_visible(text, shown, sizeof shown);
        (void)fprintf(stderr, "tlswhy: %s\n", shown);
        (void)fflush(stderr);
    }
}

void tw_cli_list_add(struct tw_cli_list *list, const char *text)
{
    const char **grown = reallocarray(list->at, list->count + 1, sizeof *grown);
    if (grown == NULL) {
        tw_cli_say("out of memory");
        exit(TLSWHY_EXIT_FAILED);
    }
    list->at = grown;
    list->at[list->count++] = text;
}

bool tw_cli_has(const struct tw_cli_line *line, enum tw_cli_id id)
{
    return line->values[id].count > 0;
}

const char *tw_cli_value(const struct tw_cli_line *line, enum tw_cli_id id)
{
    const struct tw_cli_list *list = &line->values[id];
    return list->count == 0 ? NULL : list->at[list->count - 1];
}

void tw_cli_line_free(struct tw_cli_line *line)
{
    for (int i = 0; i < TW_OPTIONS; i++) {
        free(line->values[i].at);
    }
    free(line->rest.at);
    *line = (struct tw_cli_line){.command = TW_CLI_SCAN};
}

static const char *nearest_option(const char *name, enum tw_cli_command command)
{
    const char *best = NULL;
    size_t least = SIZE_MAX;
    for (int i = 0; i < TW_OPTIONS; i++) {
        size_t far = tlswhy_misspelling(name, tw_cli_options[i].name);
        if ((tw_cli_options[i].commands & command) != 0 && far < least) {
            least = far;
            best = tw_cli_options[i].name;
        }
    }
    return best;
}

static void complain_of_option(const char *shown, const char *name, enum tw_cli_command command)
{
    const char *nearest = nearest_option(name, command);
    if (nearest != NULL) {
        tw_cli_say("unknown option %s; did you mean --%s? `tlswhy --help` shows all", shown,
                   nearest);
    } else {
        tw_cli_say("unknown option %s; `tlswhy --help` shows all", shown);
    }
}

static bool accept(struct tw_cli_line *line, int id, const char *value)
{
    const struct tw_cli_option *option = &tw_cli_options[id];
    if (option->words != NULL) {
        char allowed[256] = "";
        for (size_t i = 0; option->words[i] != NULL; i++) {
            if (strcmp(option->words[i], value) == 0) {
                tw_cli_list_add(&line->values[id], option->words[i]);
                return true;
            }
            size_t used = strlen(allowed);
            (void)snprintf(allowed + used, sizeof allowed - used, "%s%s", i == 0 ? "" : ", ",
                           option->words[i]);
        }
        tw_cli_say("--%s cannot be \"%s\"; allowed are %s", option->name, value, allowed);
        return false;
    }
    tw_cli_list_add(&line->values[id], value);
    return true;
}

/* One long option; `*next` is the argument after it, and is taken where the option needs one. */
static bool take_long(struct tw_cli_line *line, char *argument, char ***next)
{
    const char *name = argument + 2;
    const char *equals = strchr(name, '=');
    size_t length = equals == NULL ? strlen(name) : (size_t)(equals - name);
    for (int i = 0; i < TW_OPTIONS; i++) {
        const struct tw_cli_option *option = &tw_cli_options[i];
        if (strncmp(option->name, name, length) != 0 || option->name[length] != '\0' ||
            (option->commands & line->command) == 0) {
            continue;
        }
        if (option->argument == NULL) {
            if (equals != NULL) {
                tw_cli_say("--%s takes no value", option->name);
                return false;
            }
            return accept(line, i, "");
        }
        if (equals != NULL) {
            return accept(line, i, equals + 1);
        }
        if (**next == NULL) {
            tw_cli_say("--%s needs a value: --%s %s", option->name, option->name, option->argument);
            return false;
        }
        return accept(line, i, *(*next)++);
    }
    complain_of_option(argument, name, line->command);
    return false;
}

/* A group of short options, such as -qv or -j4. */
static bool take_short(struct tw_cli_line *line, const char *argument, char ***next)
{
    for (const char *at = argument + 1; *at != '\0'; at++) {
        int id = 0;
        while (id < TW_OPTIONS && (tw_cli_options[id].letter != *at ||
                                   (tw_cli_options[id].commands & line->command) == 0)) {
            id++;
        }
        if (id == TW_OPTIONS) {
            const char shown[] = {'-', *at, '\0'};
            tw_cli_say("unknown option %s; `tlswhy --help` shows all", shown);
            return false;
        }
        if (tw_cli_options[id].argument == NULL) {
            if (!accept(line, id, "")) {
                return false;
            }
            continue;
        }
        if (at[1] != '\0') {
            return accept(line, id, at[1] == '=' ? at + 2 : at + 1);
        }
        if (**next == NULL) {
            tw_cli_say("-%c needs a value: -%c %s", *at, *at, tw_cli_options[id].argument);
            return false;
        }
        return accept(line, id, *(*next)++);
    }
    return true;
}

bool tw_cli_parse(struct tw_cli_line *line, int argc, char **argv)
{
    char **next = argv + (argc > 0);
    *line = (struct tw_cli_line){.command = TW_CLI_SCAN};
    for (size_t i = 0; *next != NULL && i < tw_cli_command_count; i++) {
        if (strcmp(*next, tw_cli_commands[i].name) == 0) {
            line->command = tw_cli_commands[i].command;
            next++;
            break;
        }
    }
    while (*next != NULL) {
        char *argument = *next++;
        if (strcmp(argument, "--") == 0) {
            while (*next != NULL) {
                tw_cli_list_add(&line->rest, *next++);
            }
        } else if (strncmp(argument, "--", 2) == 0) {
            if (!take_long(line, argument, &next)) {
                return false;
            }
        } else if (argument[0] == '-' && argument[1] != '\0') {
            if (!take_short(line, argument, &next)) {
                return false;
            }
        } else {
            tw_cli_list_add(&line->rest, argument);
        }
    }
    return true;
}
