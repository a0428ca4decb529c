/* example.c -- the introduction of tlswhy.h as a whole program: what is wrong in this text?
 *
 * Uses the public header only. tests/lint/run compares it with the introduction line by line. */
#include <tlswhy/tlswhy.h>

#include <stdio.h>
#include <string.h>

static const char text[] =
    "Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : Source\t: System\n"
    "Method\t: GetResponse\n"
    "Error\t: The underlying connection was closed: Could not establish trust relationship for "
    "the SSL/TLS secure channel.\n"
    "Inner Exception Level 1\t: \n"
    "Source\t: System\n"
    "Method\t: StartSendAuthResetSignal\n"
    "Error\t: The remote certificate is invalid according to the validation procedure.\n";

static int fail(const struct tlswhy_error *error)
{
    fprintf(stderr, "ERROR: %s\n", error->message);
    return 1;
}

int main(void)
{
    const size_t length = strlen(text);
    struct tlswhy_error error;
    struct tlswhy_pack *pack;
    struct tlswhy_diagnoser *diagnoser;
    const struct tlswhy_report *report;
    if (tlswhy_pack_open_default(&pack, &error) != TLSWHY_OK) {
        return fail(&error);
    }
    if (tlswhy_diagnoser_new(&diagnoser, pack, NULL, &error) != TLSWHY_OK) {
        tlswhy_pack_free(pack);
        return fail(&error);
    }
    if (tlswhy_diagnose_memory(diagnoser, "trace.log", text, length, &report, &error) == 0) {
        for (size_t i = 0; i < report->diagnosis_count; i++) {
            puts(report->diagnoses[i].cause.title);
        }
    }
    tlswhy_diagnoser_free(diagnoser);
    tlswhy_pack_free(pack);
    return 0;
}
