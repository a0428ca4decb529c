/* serve_page.c -- the files of the page, embedded when the project is built. */
#include <string.h>

#include "serve/serve.h"

/* TW_SERVE_PAGE_PATH is the folder of the page's files, given by the build. */
#define EMBED(name, file)                                                                          \
    __asm__(".section .rodata\n"                                                                   \
            "tw_serve_page_" name "_start:\n"                                                      \
            ".incbin \"" TW_SERVE_PAGE_PATH "/" file "\"\n"                                        \
            "tw_serve_page_" name "_end:\n"                                                        \
            ".byte 0\n"                                                                            \
            ".previous\n")

EMBED("html", "index.html");
EMBED("css", "page.css");
EMBED("js", "page.js");
EMBED("report_js", "report.js");

extern const char tw_serve_page_html_start[], tw_serve_page_html_end[];
extern const char tw_serve_page_css_start[], tw_serve_page_css_end[];
extern const char tw_serve_page_js_start[], tw_serve_page_js_end[];
extern const char tw_serve_page_report_js_start[], tw_serve_page_report_js_end[];

static const struct tw_serve_file page[] = {
    {"/", "text/html; charset=utf-8", tw_serve_page_html_start, tw_serve_page_html_end},
    {"/page.css", "text/css; charset=utf-8", tw_serve_page_css_start, tw_serve_page_css_end},
    {"/page.js", "text/javascript; charset=utf-8", tw_serve_page_js_start, tw_serve_page_js_end},
    {"/report.js", "text/javascript; charset=utf-8", tw_serve_page_report_js_start,
     tw_serve_page_report_js_end},
};

const struct tw_serve_file *tw_serve_page_file(const char *path)
{
    for (size_t i = 0; i < sizeof page / sizeof *page; i++) {
        if (strcmp(path, page[i].path) == 0) {
            return &page[i];
        }
    }
    return NULL;
}
