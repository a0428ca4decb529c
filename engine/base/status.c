/* status.c -- fills the error context; see status.h. */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum tw_status tw_base_error_set(struct tw_error *error, enum tw_status status, const char *format,
                                 ...)
{
    if (error != NULL) {
        va_list arguments;
        error->status = status;
        va_start(arguments, format);
        (void)vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
    }
    return status;
}

enum tw_status tw_base_error_system(struct tw_error *error, const char *what, const char *name,
                                    int errno_value)
{
    char text[128];
    /* strerror_r of glibc may answer with a constant of its own instead of filling `text`. */
    const char *reason = strerror_r(errno_value, text, sizeof text);
    return tw_base_error_set(error, TW_ERR_IO, "%s: %s: %s", name, what, reason);
}
