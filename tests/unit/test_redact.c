/* test_redact.c -- what is taken out of text, what stays, and that the work is linear. */
#include <check.h>
#include <time.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/redact.h"
#include "suites.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define ROOM ((size_t)64 << 20)

struct row {
    const char *text;
    const char *want; /* NULL: stays as it is; `<<x>>` stands for the placeholder of x */
};

static const struct row secrets[] = {
    /* connection strings */
    {"Url=https://c.crm.dynamics.com;Password=Pa55!;AuthType=Office365",
     "Url=https://c.crm.dynamics.com;Password=[redacted];AuthType=Office365"},
    {"Pwd=x1;", "Pwd=[redacted];"},
    {"password = x1 ; next", "password = [redacted] ; next"},
    {"AuthType=ClientSecret;ClientSecret=ab~c.d_e;ClientId=1",
     "AuthType=ClientSecret;ClientSecret=[redacted];ClientId=1"},
    {"Secret=abc", "Secret=[redacted]"},
    {"AccountKey=QUJD+/==;EndpointSuffix=core.windows.net",
     "AccountKey=[redacted];EndpointSuffix=core.windows.net"},
    {"SharedAccessKeyName=Root;SharedAccessKey=a+b=;EntityPath=q",
     "SharedAccessKeyName=Root;SharedAccessKey=[redacted];EntityPath=q"},
    {"Password=my long pass word;Timeout=30", "Password=[redacted];Timeout=30"},
    {"Password='a;b';X=1", "Password='[redacted]';X=1"},
    {"Password=\"a;\"\"b\";X=1", "Password=\"[redacted]\";X=1"},
    {"Password=a&b;X=1", "Password=[redacted];X=1"},
    {"Password=a\"b;X=1", "Password=[redacted];X=1"},
    {"Password=$ecret&;X=1", "Password=[redacted];X=1"},
    {"\"Url=u;Password=abc\", next", "\"Url=u;Password=[redacted]\", next"},
    {"('Password=abc')", "('Password=[redacted]')"},
    {"{\"cs\":\"Url=u;Password=abc\"}", "{\"cs\":\"Url=u;Password=[redacted]\"}"},
    {"{\\\"cs\\\":\\\"Url=u;Password=abc\\\"}", "{\\\"cs\\\":\\\"Url=u;Password=[redacted]\\\"}"},
    {"db.connectionPassword: x y", "db.connectionPassword: [redacted] y"},
    {"Account Key = abc;", "Account Key = [redacted];"},
    {"Password=\"never closed; x=1", "Password=\"[redacted]"},
    {"Password=one\r\nError : two", "Password=[redacted]\r\nError : two"},
    /* URLs and forms */
    {"https://s.blob.core.windows.net/c?sv=2019&sig=ab%2Bc%3D&se=1",
     "https://s.blob.core.windows.net/c?sv=2019&sig=[redacted]&se=1"},
    {"grant_type=password&username=&password=p%40ss&client_id=1",
     "grant_type=password&username=&password=[redacted]&client_id=1"},
    {"access_token=abc&x=1", "access_token=[redacted]&x=1"},
    {"?refresh_token=0.AbC&id_token=x.y", "?refresh_token=[redacted]&id_token=[redacted]"},
    {"client_secret=s&client_assertion=a.b&client_assertion_type=urn:x",
     "client_secret=[redacted]&client_assertion=[redacted]&client_assertion_type=urn:x"},
    {"/cb?code=0.AXoA1234567890abcdef&state=12", "/cb?code=[redacted]&state=12"},
    {"u=https%3A%2F%2Fh%3Fcode%3D0.AXoA1234567890abcdef%26x%3D1",
     "u=https%3A%2F%2Fh%3Fcode%3D[redacted]%26x%3D1"},
    {"https://bob:s3cret@proxy.local:8080/", "https://[redacted]@proxy.local:8080/"},
    {"ftp://bob@host/", "ftp://[redacted]@host/"},
    {"http://a:b@c@host/x@y", "http://[redacted]@host/x@y"},
    /* JSON */
    {"{\"password\":\"x\\\"y\",\"a\":1}", "{\"password\":\"[redacted]\",\"a\":1}"},
    {"{\"password\" : \"x\"}", "{\"password\" : \"[redacted]\"}"},
    {"\\\"password\\\":\\\"a\\\\\\\"b\\\",\\\"c\\\":1",
     "\\\"password\\\":\\\"[redacted]\\\",\\\"c\\\":1"},
    {"\\u0022access_token\\u0022:\\u0022abc\\u0022,", "\\u0022access_token\\u0022:\\u0022"
                                                      "[redacted]\\u0022,"},
    {"{\"\"client_secret\"\":\"\"a,b\"\",\"\"x\"\":1}",
     "{\"\"client_secret\"\":\"\"[redacted]\"\",\"\"x\"\":1}"},
    {"{\"name\":\"client_secret\",\"value\":\"abc\"}",
     "{\"name\":\"client_secret\",\"value\":\"[redacted]\"}"},
    {"{\"name\": \"Authorization\", \"value\": \"Bearer abc\"}",
     "{\"name\": \"Authorization\", \"value\": \"Bearer [redacted]\"}"},
    {"\"accessToken\": \"opaque\"", "\"accessToken\": \"[redacted]\""},
    {"{'password': 'x'}", "{'password': '[redacted]'}"},
    {"&quot;password&quot;:&quot;abc&quot;,", "&quot;password&quot;:&quot;[redacted]&quot;,"},
    /* XML */
    {"<o:Password Type=\"a#PasswordText\">p&amp;q</o:Password>",
     "<o:Password Type=\"a#PasswordText\">[redacted]</o:Password>"},
    {"&lt;Password&gt;pq&lt;/Password&gt;", "&lt;Password&gt;[redacted]&lt;/Password&gt;"},
    {"<add key=\"ClientSecret\" value=\"abc\" />",
     "<add key=\"ClientSecret\" value=\"[redacted]\" />"},
    {"<Data Name='SubjectUserName'>bob</Data>", "<Data Name='SubjectUserName'><<bob>></Data>"},
    /* headers */
    {"Authorization: Bearer abc.def-1\r\nHost: h", "Authorization: Bearer [redacted]\r\nHost: h"},
    {"authorization: Basic dXNlcjpwYXNz", "authorization: Basic [redacted]"},
    {"Proxy-Authorization: NTLM TlRMTVNTUAAB", "Proxy-Authorization: NTLM [redacted]"},
    {"Authorization: Digest username=\"b\", response=\"c\"\nX: y",
     "Authorization: Digest [redacted]\nX: y"},
    {"Authorization: opaque", "Authorization: [redacted]"},
    {"Authorization = \"Bearer abc\"", "Authorization = \"Bearer [redacted]\""},
    {"\\r\\nAuthorization: Bearer abc", "\\r\\nAuthorization: Bearer [redacted]"},
    {"Cookie: a=b; c=d\nHost: h", "Cookie: [redacted]\nHost: h"},
    {"Set-Cookie: fpc=Ab; path=/", "Set-Cookie: [redacted]"},
    {"used Bearer abcdefghij0123456789xyz.", "used Bearer [redacted]"},
    /* tokens and keys */
    {"token eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwcyJ9.c2ln-_x end", "token [redacted] end"},
    {"x=eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJod", "x=[redacted]"},
    {"a -----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- b", "a [redacted] b"},
    {"-----BEGIN PRIVATE KEY-----\nMII cut", "[redacted]"},
    /* PowerShell and command lines */
    {"ConvertTo-SecureString \"p w\" -AsPlainText -Force",
     "ConvertTo-SecureString \"[redacted]\" -AsPlainText -Force"},
    {"ConvertTo-SecureString -AsPlainText -Force -String 'p'",
     "ConvertTo-SecureString -AsPlainText -Force -String '[redacted]'"},
    {"Connect -ClientSecret abc -Url u", "Connect -ClientSecret [redacted] -Url u"},
    {"--password=abc --x", "--password=[redacted] --x"},
    {"-ConnectionString \"Url=u;Password=\"\"a;b\"\";X=1\"",
     "-ConnectionString \"Url=u;Password=\"\"[redacted]\"\";X=1\""},
};

static const struct row names[] = {
    {"mail john.doe@contoso.com now", "mail <<john.doe@contoso.com>> now"},
    {"<John.Doe@Contoso.com>, (x@y.org).", "<<<john.doe@contoso.com>>>, (<<x@y.org>>)."},
    {"user 'o'brien@contoso.onmicrosoft.com'", "user '<<o'brien@contoso.onmicrosoft.com>>'"},
    {"m\xC3\xBCller@contoso.de", "<<m\xC3\xBCller@contoso.de>>"},
    {"login_hint=john%40contoso.com&x=1", "login_hint=<<john@contoso.com>>&x=1"},
    {"mailto:a_b+c@x-y.co.uk", "mailto:<<a_b+c@x-y.co.uk>>"},
    {"Username=CONTOSO\\john;Password=x", "Username=<<contoso\\john>>;Password=[redacted]"},
    {"\"UserName\":\"CONTOSO\\\\john\"", "\"UserName\":\"<<contoso\\john>>\""},
    {"User Id=sa;", "User Id=<<sa>>;"},
    {"UserName : bob", "UserName : <<bob>>"},
    {"User ID=John Smith;Url=x", "User ID=<<john smith>>;Url=x"},
    {"upn=john@contoso.com;", "upn=<<john@contoso.com>>;"},
};

static const struct row kept[] = {
    {"AADSTS50126: Error validating credentials due to invalid username or password.", NULL},
    {"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent", NULL},
    {"Trace ID: 5d5b4f4e-0b0f-4b5e-8f0e-1c2d3e4f5a6b Correlation", NULL},
    {"UserId: 5d5b4f4e-0b0f-4b5e-8f0e-1c2d3e4f5a6b", NULL},
    {"?code=5d5b4f4e-0b0f-4b5e-8f0e-1c2d3e4f5a6b", NULL},
    {"System.Net.Http, Version=4.2.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a", NULL},
    {"at A.B.Login(String userName, String password, CancellationToken token)", NULL},
    {"at X.Run(Uri u, String password)\n   at Y.Go()", NULL},
    {"PromptBehavior promptBehavior, String tokenCachePath, Boolean isOnPrem", NULL},
    {"CrmServiceClient Error: 2 : ERROR REQUESTING Token FROM THE Authentication context", NULL},
    {"InvalidIdToken: The token is malformed", NULL},
    {"{\"code\":\"ECONNRESET\",\"code2\":1}", NULL},
    {"exit code=0x80072F8F, status code: 401", NULL},
    {"\"error\":{\"code\":\"ERR_SSL_VERSION_OR_CIPHER_MISMATCH\"}", NULL},
    {"ErrorCode: -2147204784, 0x80040216", NULL},
    {"WWW-Authenticate: Bearer authorization_uri=https://login.microsoftonline.com/common", NULL},
    {"https://login.microsoftonline.com/common/oauth2/authorize?client_id=abc", NULL},
    {"if (password == null) password?.ToString(); Password::Reset", NULL},
    {"Password=;User Id=;", NULL},
    {"password: null, \"password\":\"\", pwd=******;", NULL},
    {"\"hasPassword\": true, \"passwordPolicy\": \"x\"", NULL},
    {"\"secret\": {\"a\": 1}", NULL},
    {"TokenCache=x; SharedAccessKeyName=Root; token=short", NULL},
    {"Microsoft.Xrm.Tooling.Connector@9.1.0.45 a@b 1@2.3", NULL},
    {"Basic authentication and Bearer tokens", NULL},
    {"https://host/path@x:y", NULL},
    {"eyJ.eyJ.x and eyJshort.a", NULL},
    {"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----", NULL},
    {"ConvertTo-SecureString $plain -AsPlainText", NULL},
    {"C:\\Users\\nick\\temp 100% done %ZZ \\u00", NULL},
    {"Password=[redacted];Username=user-1a2b3c;", NULL},
    {"", NULL},
};

/* Replaces `<<x>>` by the placeholder of x, which must be written as it is hashed. */
static void expand(struct tw_buffer *to, const char *template)
{
    struct tw_span rest = tw_base_span(template);
    for (;;) {
        size_t open = tw_base_span_find(rest, TW_SPAN("<<"));
        /* The innermost: an address may stand in angle brackets itself. */
        while (open + 2 < rest.length && rest.at[open + 2] == '<') {
            open++;
        }
        tw_base_buffer_add(to, (struct tw_span){rest.at, open});
        if (open == rest.length) {
            return;
        }
        rest = tw_base_span_skip(rest, open + 2);
        size_t close = tw_base_span_find(rest, TW_SPAN(">>"));
        char digits[17];
        tw_base_hash_text(tw_base_hash(TW_HASH_START, (struct tw_span){rest.at, close}), digits);
        tw_base_buffer_print(to, "user-%.6s", digits);
        rest = tw_base_span_skip(rest, close + 2);
    }
}

static void check_row(const struct row *row)
{
    struct tw_buffer want = TW_BUFFER_INIT(ROOM);
    struct tw_buffer once = TW_BUFFER_INIT(ROOM);
    struct tw_buffer twice = TW_BUFFER_INIT(ROOM);
    expand(&want, row->want == NULL ? row->text : row->want);
    tw_base_redact(&once, tw_base_span(row->text));
    tw_base_redact(&twice, tw_base_buffer_span(&once));
    tw_base_buffer_add_char(&want, '\0');
    tw_base_buffer_add_char(&once, '\0');
    tw_base_buffer_add_char(&twice, '\0');
    ck_assert_str_eq(once.at, want.at);
    ck_assert_str_eq(twice.at, want.at);
    tw_base_buffer_free(&want);
    tw_base_buffer_free(&once);
    tw_base_buffer_free(&twice);
}

START_TEST(secrets_are_redacted)
{
    check_row(&secrets[_i]);
}
END_TEST

START_TEST(names_become_placeholders)
{
    check_row(&names[_i]);
}
END_TEST

START_TEST(the_rest_is_kept)
{
    check_row(&kept[_i]);
}
END_TEST

/* Pieces of which hostile and random texts are made. */
static const char *const pieces[] = {
    "password=",
    "\"password\":\"",
    "user id=",
    "://",
    "@",
    "eyJ",
    "a.b",
    "-----BEGIN ",
    "PRIVATE KEY-----",
    "code=",
    "Bearer ",
    "%40",
    "\\\"",
    "\"",
    "\"\"",
    "&quot;",
    ";",
    " ",
    "\n",
    "x1",
    "<Password ",
    "'",
    "\\",
    "%3D",
    "&a=",
    "-",
    ".com",
    "user-1a2b3c",
    "[redacted]",
    "cookie:",
    "sig=",
    "token=",
    "u0022",
    ">",
    "&lt;",
    "ConvertTo-SecureString ",
    "Authorization: ",
    "aaaaaaaaaaaaaaaaaaaaaaa9",
    "_",
    "\xC3\xBC",
};

START_TEST(redacting_twice_changes_nothing)
{
    uint64_t state = (uint64_t)_i * 7919 + 1;
    for (int round = 0; round < 3000; round++) {
        struct tw_buffer text = TW_BUFFER_INIT(ROOM);
        struct tw_buffer once = TW_BUFFER_INIT(ROOM);
        struct tw_buffer twice = TW_BUFFER_INIT(ROOM);
        for (int i = 0; i < 12; i++) {
            state = tw_base_hash_number(state, (uint64_t)i);
            tw_base_buffer_add(&text, tw_base_span(pieces[(state >> 20) % COUNT(pieces)]));
        }
        tw_base_redact(&once, tw_base_buffer_span(&text));
        tw_base_redact(&twice, tw_base_buffer_span(&once));
        ck_assert_msg(tw_base_span_equal(tw_base_buffer_span(&once), tw_base_buffer_span(&twice)),
                      "text: %.*s\nonce: %.*s\ntwice: %.*s", (int)text.length, text.at,
                      (int)once.length, once.at, (int)twice.length, twice.at);
        tw_base_buffer_free(&text);
        tw_base_buffer_free(&once);
        tw_base_buffer_free(&twice);
    }
}
END_TEST

/* Seconds that `size` bytes of two pieces in turn take. */
static double measure(const char *first, const char *second, size_t size)
{
    struct tw_buffer text = TW_BUFFER_INIT(ROOM);
    struct tw_buffer out = TW_BUFFER_INIT(ROOM);
    while (text.length < size) {
        tw_base_buffer_add(&text, tw_base_span(first));
        tw_base_buffer_add(&text, tw_base_span(second));
    }
    clock_t from = clock();
    tw_base_redact(&out, tw_base_buffer_span(&text));
    double seconds = (double)(clock() - from) / CLOCKS_PER_SEC;
    tw_base_buffer_free(&text);
    tw_base_buffer_free(&out);
    return seconds;
}

START_TEST(hostile_text_takes_linear_time)
{
    /* Quadratic work takes minutes here; sanitizers and valgrind stay far below the bounds. */
    ck_assert_double_lt(measure(pieces[_i], "", 1u << 18), 10);
    for (size_t i = 0; i < COUNT(pieces); i++) {
        double seconds = measure(pieces[_i], pieces[i], 1u << 13);
        ck_assert_msg(seconds < 2, "%s%s: %.1f s", pieces[_i], pieces[i], seconds);
    }
}
END_TEST

START_TEST(any_bytes_and_a_full_buffer_are_fine)
{
    char bytes[512];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)(unsigned char)(i * 7);
    }
    struct tw_buffer out = TW_BUFFER_INIT(100);
    tw_base_redact(&out, (struct tw_span){bytes, sizeof bytes});
    ck_assert_int_eq(out.status, TW_ERR_LIMIT);
    tw_base_buffer_free(&out);
    out = TW_BUFFER_INIT(ROOM);
    tw_base_redact(&out, (struct tw_span){bytes, sizeof bytes});
    ck_assert_int_eq(out.status, TW_OK);
    tw_base_buffer_clear(&out);
    tw_base_redact(&out, (struct tw_span){NULL, 0});
    ck_assert_uint_eq(out.length, 0);
    tw_base_buffer_free(&out);
    tw_base_alloc_fail_after(0);
    out = TW_BUFFER_INIT(ROOM);
    tw_base_redact(&out, TW_SPAN("Password=x"));
    tw_base_alloc_fail_after(-1);
    ck_assert_int_eq(out.status, TW_ERR_MEMORY);
}
END_TEST

Suite *tw_suite_redact(void)
{
    Suite *suite = suite_create("redact");
    TCase *cases = tcase_create("redact");
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, secrets_are_redacted, 0, COUNT(secrets));
    tcase_add_loop_test(cases, names_become_placeholders, 0, COUNT(names));
    tcase_add_loop_test(cases, the_rest_is_kept, 0, COUNT(kept));
    tcase_add_loop_test(cases, redacting_twice_changes_nothing, 0, 8);
    tcase_add_loop_test(cases, hostile_text_takes_linear_time, 0, COUNT(pieces));
    tcase_add_test(cases, any_bytes_and_a_full_buffer_are_fine);
    suite_add_tcase(suite, cases);
    return suite;
}
