/*
 * embed.c - writes a C file that holds the documents it is given; run by the build.
 *
 * Usage: embed OUT HEADER NAME FOLDER FILE...   The file defines NAME[] and NAME_count, which the
 * header declares with struct NAME. A document's place is what stands behind the last "FOLDER/" of
 * its path, without ".json".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOCUMENT_MAX (1024 * 1024)

static int fail(const char *what)
{
    perror(what);
    return -1;
}

/* A string literal per line: compilers must take only so long a one. */
static void put_bytes(FILE *out, const char *bytes, size_t len)
{
    fputs("      \"", out);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];

        if (c == '\n')
            fputs(i + 1 < len ? "\\n\"\n      \"" : "\\n", out);
        else if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20 || c >= 0x7f)
            fprintf(out, "\\%03o", c);
        else
            fputc(c, out);
    }
    fputs("\",\n", out);
}

static const char *behind_last(const char *path, const char *folder)
{
    const char *found = path;

    for (const char *p = path; (p = strstr(p, folder)) != NULL; p++)
        if (p[strlen(folder)] == '/')
            found = p + strlen(folder) + 1;
    return found;
}

static int put_file(FILE *out, const char *folder, const char *path)
{
    static char bytes[DOCUMENT_MAX];
    FILE *in = fopen(path, "rb");
    size_t len = 0;

    if (in == NULL)
        return fail(path);
    len = fread(bytes, 1, sizeof(bytes), in);
    if (ferror(in) || len == sizeof(bytes))
        return fail(path);
    fclose(in);
    path = behind_last(path, folder);
    fprintf(out, "    { \"%.*s\",\n", (int)(strlen(path) - strlen(".json")), path);
    put_bytes(out, bytes, len);
    fprintf(out, "      %zu },\n", len);
    return 0;
}

int main(int argc, char **argv)
{
    FILE *out = argc > 5 ? fopen(argv[1], "wb") : NULL;
    const char *name = argc > 5 ? argv[3] : "";

    if (out == NULL)
        return 2;
    fprintf(out, "#include \"%s\"\n\nconst struct %s %s[] = {\n", argv[2], name, name);
    for (int i = 5; i < argc; i++)
        if (put_file(out, argv[4], argv[i]) != 0)
            return 1;
    fprintf(out, "};\nconst size_t %s_count = %d;\n", name, argc - 5);
    return fclose(out) == 0 ? 0 : 1;
}
