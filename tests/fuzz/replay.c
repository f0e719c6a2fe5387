/*
 * replay.c - runs a fuzz target over every file of a corpus folder, as a plain test.
 *
 * Exits 0 when each input came back; a broken invariant aborts inside the target, as under
 * libFuzzer. An empty or missing folder fails: a corpus that nobody checked in tests nothing.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define INPUT_MAX (1 << 20) /* bytes; a larger file is a mistake in the corpus */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(INPUT_MAX);
    uint8_t *exact = NULL;
    size_t len = 0;

    if (file == NULL || bytes == NULL) {
        perror(path);
        return -1;
    }
    len = fread(bytes, 1, INPUT_MAX, file);
    fclose(file);
    /* A copy of exactly this size, so that the address sanitizer sees one byte too far. */
    exact = malloc(len > 0 ? len : 1);
    if (exact == NULL)
        return -1;
    for (size_t i = 0; i < len; i++)
        exact[i] = bytes[i];
    free(bytes);
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    return 0;
}

static int replay_folder(const char *folder, size_t *count)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry = NULL;
    char path[4096];
    struct stat st;

    if (dir == NULL) {
        perror(folder);
        return -1;
    }
    while ((entry = readdir(dir)) != NULL) {
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        fprintf(stderr, "replay %s\n", path); /* the last line names the input that aborted */
        if (replay_file(path) != 0)
            break;
        (*count)++;
    }
    closedir(dir);
    return entry == NULL ? 0 : -1;
}

int main(int argc, char **argv)
{
    size_t count = 0;

    for (int i = 1; i < argc; i++)
        if (replay_folder(argv[i], &count) != 0)
            return 1;
    printf("%zu inputs replayed\n", count);
    return count > 0 ? 0 : 1;
}
