/* cli_help.c -- help, version, completions and the man page, all made of the table of options. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

/* Where help texts begin, and end. */
#define HELP_AT 28
#define HELP_END 79

/* Prints words from column `at`, which the line has reached, breaking at HELP_END. */
static void print_wrapped(const char *text, int at)
{
    int column = at;
    while (*text != '\0') {
        int word = (int)strcspn(text, " ");
        if (column > at && column + 1 + word > HELP_END) {
            (void)printf("\n%*s", at, "");
            column = at;
        } else if (column > at) {
            (void)putchar(' ');
            column++;
        }
        (void)printf("%.*s", word, text);
        column += word;
        text += word;
        text += *text == ' ';
    }
    (void)putchar('\n');
}

static void option_label(const struct tw_cli_option *option, char label[64])
{
    char letter[8] = "    ";
    if (option->letter != '\0') {
        (void)snprintf(letter, sizeof letter, "-%c, ", option->letter);
    }
    (void)snprintf(label, 64, "%s--%s%s%s", letter, option->name,
                   option->argument == NULL ? "" : " ",
                   option->argument == NULL ? "" : option->argument);
}

static void print_options(unsigned commands)
{
    for (int i = 0; i < TW_OPTIONS; i++) {
        char label[64];
        if ((tw_cli_options[i].commands & commands) == 0) {
            continue;
        }
        option_label(&tw_cli_options[i], label);
        int length = printf("  %s", label);
        if (length >= HELP_AT) {
            (void)printf("\n%*s", HELP_AT, "");
        } else {
            (void)printf("%*s", HELP_AT - length, "");
        }
        print_wrapped(tw_cli_options[i].help, HELP_AT);
    }
}

static void print_exit_statuses(void)
{
    (void)fputs("\nExit status: 0 nothing diagnosed, 1 a diagnosis, 2 could not be done,\n"
                "3 nothing diagnosed but not everything could be looked at.\n",
                stdout);
}

void tw_cli_help(enum tw_cli_command command)
{
    for (size_t i = 0; i < tw_cli_command_count; i++) {
        const struct tw_cli_command_row *row = &tw_cli_commands[i];
        if (row->command == command && command != TW_CLI_SCAN) {
            (void)printf("tlswhy %s %s\n\n  ", row->name, row->usage);
            print_wrapped(row->help, 2);
            (void)fputs("\nOptions:\n", stdout);
            print_options(command);
            return;
        }
    }
    (void)fputs("tlswhy: tells from a log why a secure connection failed, and what to do.\n\n",
                stdout);
    (void)fputs("  tlswhy trace.log           diagnose a file, a folder, several\n"
                "  tlswhy                     paste a trace, or pipe one in\n"
                "  tlswhy explain ID          what a cause, fix, client or signature is\n\n"
                "Commands:\n",
                stdout);
    for (size_t i = 0; i < tw_cli_command_count; i++) {
        (void)printf("  %-11s", tw_cli_commands[i].name);
        print_wrapped(tw_cli_commands[i].help, 13);
    }
    (void)fputs("\nOptions of scan:\n", stdout);
    print_options(TW_CLI_SCAN);
    print_exit_statuses();
}

static enum tlswhy_status print_bytes(void *payload, const char *bytes, size_t length,
                                      struct tlswhy_error *error)
{
    (void)payload;
    (void)error;
    (void)fwrite(bytes, 1, length, stdout);
    return TLSWHY_OK;
}

void tw_cli_version(bool verbose)
{
    struct tlswhy_pack *pack = NULL;
    struct tlswhy_error error;
    (void)printf("tlswhy %s\n", TLSWHY_VERSION);
    if (verbose) {
        (void)printf("matcher: Hyperscan %s\n", tlswhy_matcher_version());
        if (tlswhy_pack_open_default(&pack, &error) != TLSWHY_OK ||
            tlswhy_describe(pack, print_bytes, NULL, &error) != TLSWHY_OK) {
            tw_cli_say("%s", error.message);
        }
        tlswhy_pack_free(pack);
    }
}

/* ---- completions -------------------------------------------------------------------------------
 */

static void print_bash(void)
{
    (void)fputs("# bash completion for tlswhy: source it, or put it where bash-completion looks.\n"
                "_tlswhy() {\n"
                "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
                "    case $previous in\n",
                stdout);
    for (int i = 0; i < TW_OPTIONS; i++) {
        if (tw_cli_options[i].words == NULL) {
            continue;
        }
        (void)printf("    --%s) COMPREPLY=($(compgen -W \"", tw_cli_options[i].name);
        for (size_t k = 0; tw_cli_options[i].words[k] != NULL; k++) {
            (void)printf("%s%s", k == 0 ? "" : " ", tw_cli_options[i].words[k]);
        }
        (void)fputs("\" -- \"$current\")); return ;;\n", stdout);
    }
    (void)fputs("    esac\n    if [[ $current == -* ]]; then\n        COMPREPLY=($(compgen -W \"",
                stdout);
    for (int i = 0; i < TW_OPTIONS; i++) {
        (void)printf("%s--%s", i == 0 ? "" : " ", tw_cli_options[i].name);
    }
    (void)fputs("\" -- \"$current\"))\n    elif ((COMP_CWORD == 1)); then\n"
                "        COMPREPLY=($(compgen -f -W \"",
                stdout);
    for (size_t i = 0; i < tw_cli_command_count; i++) {
        (void)printf("%s%s", i == 0 ? "" : " ", tw_cli_commands[i].name);
    }
    (void)fputs(
        "\" -- \"$current\"))\n    else\n        COMPREPLY=($(compgen -f -- \"$current\"))\n"
        "    fi\n}\ncomplete -o filenames -F _tlswhy tlswhy\n",
        stdout);
}

static void print_zsh(void)
{
    (void)fputs("#compdef tlswhy\n_arguments \\\n", stdout);
    for (int i = 0; i < TW_OPTIONS; i++) {
        const struct tw_cli_option *option = &tw_cli_options[i];
        (void)printf("  '%s--%s%s[", option->repeatable ? "*" : "", option->name,
                     option->argument == NULL ? "" : "=");
        for (const char *at = option->help; *at != '\0'; at++) {
            if (strchr("[]':", *at) == NULL) {
                (void)putchar(*at);
            }
        }
        (void)fputs("]", stdout);
        if (option->words != NULL) {
            (void)printf(":%s:(", option->argument);
            for (size_t k = 0; option->words[k] != NULL; k++) {
                (void)printf("%s%s", k == 0 ? "" : " ", option->words[k]);
            }
            (void)fputs(")", stdout);
        } else if (option->argument != NULL) {
            (void)printf(":%s:_files", option->argument);
        }
        (void)fputs("' \\\n", stdout);
    }
    (void)fputs("  '*:path:_files'\n", stdout);
}

/* ---- man page ----------------------------------------------------------------------------------
 */

/* Text for roff: a leading dot or quote and every backslash and hyphen must not be taken for
 * markup. */
static void print_roff(const char *text)
{
    if (*text == '.' || *text == '\'') {
        (void)fputs("\\&", stdout);
    }
    for (; *text != '\0'; text++) {
        if (*text == '\\') {
            (void)fputs("\\e", stdout);
        } else if (*text == '-') {
            (void)fputs("\\-", stdout);
        } else {
            (void)putchar(*text);
        }
    }
}

static void print_man(void)
{
    (void)printf(".\\\" Made by `tlswhy completion man`.\n"
                 ".TH TLSWHY 1 \"\" \"tlswhy %s\" \"User Commands\"\n"
                 ".SH NAME\ntlswhy \\- tell from a log why a secure connection failed\n"
                 ".SH SYNOPSIS\n",
                 TLSWHY_VERSION);
    for (size_t i = 0; i < tw_cli_command_count; i++) {
        (void)printf("%s.B tlswhy %s\n", i == 0 ? "" : ".br\n", tw_cli_commands[i].name);
        print_roff(tw_cli_commands[i].usage);
        (void)putchar('\n');
    }
    (void)fputs(
        ".SH DESCRIPTION\nReads traces of Dynamics 365 clients and other logs, and says which "
        "client failed to\nconnect, why, whether TLS is the reason at all, and what to do. "
        "With no path it reads\nstandard input, or asks for a paste. Nothing leaves the "
        "machine; secrets are redacted.\n.SH COMMANDS\n",
        stdout);
    for (size_t i = 0; i < tw_cli_command_count; i++) {
        (void)printf(".TP\n.B %s\n", tw_cli_commands[i].name);
        print_roff(tw_cli_commands[i].help);
        (void)putchar('\n');
    }
    (void)fputs(".SH OPTIONS\n", stdout);
    for (int i = 0; i < TW_OPTIONS; i++) {
        const struct tw_cli_option *option = &tw_cli_options[i];
        (void)fputs(".TP\n.B ", stdout);
        if (option->letter != '\0') {
            (void)printf("\\-%c, ", option->letter);
        }
        (void)fputs("\\-\\-", stdout);
        print_roff(option->name);
        (void)printf("%s%s\n", option->argument == NULL ? "" : " ",
                     option->argument == NULL ? "" : option->argument);
        print_roff(option->help);
        (void)putchar('\n');
    }
    (void)fputs(
        ".SH EXIT STATUS\n.TP\n.B 0\neverything was looked at, nothing diagnosed\n"
        ".TP\n.B 1\nat least one diagnosis\n"
        ".TP\n.B 2\nthe job could not be done: usage, a bad pack, no path could be read, no "
        "output\n"
        ".TP\n.B 3\nnothing diagnosed, and not everything could be looked at\n"
        ".TP\n.B 141\nthe reader of standard output went away\n"
        ".TP\n.B 128+N\nended by signal N, after printing what it had\n"
        ".SH FILES\n.I ~/.cache/tlswhy\nholds compiled packs that were added with "
        "\\-\\-signatures; it can be removed at any time.\n",
        stdout);
}

int tw_cli_completion(const struct tw_cli_line *line)
{
    const char *what = line->rest.count == 1 ? line->rest.at[0] : "";
    if (strcmp(what, "bash") == 0) {
        print_bash();
    } else if (strcmp(what, "zsh") == 0) {
        print_zsh();
    } else if (strcmp(what, "man") == 0) {
        print_man();
    } else {
        tw_cli_say("completion needs one of bash, zsh, man");
        return TLSWHY_EXIT_FAILED;
    }
    return TLSWHY_EXIT_NOTHING;
}
