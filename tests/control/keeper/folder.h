/*
 * folder.h - a temporary folder for a test, gone with all that is in it at the end.
 */
#pragma once

#define FOLDER_TEXT 64

/* Makes /tmp/remit-<word>-XXXXXX; asserts. */
void folder_make(const char *word, char out[FOLDER_TEXT]);
void folder_remove(const char *path);
