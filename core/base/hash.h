/* Fingerprints: XXH3 (64 bit) for states and lines, SHA-256 (OpenSSL) for data files. */
#ifndef FL_BASE_HASH_H
#define FL_BASE_HASH_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

uint64_t fl_hash(const void *bytes, size_t n);

/* 16 lower-case hex digits and NUL. */
enum { FL_HASH_TEXT = 17 };
void fl_hash_text(uint64_t hash, char text[FL_HASH_TEXT]);

/* A sha256 as text is 64 lower-case hex digits and NUL. */
enum { FL_HASH_SHA256_TEXT = 65 };
void fl_hash_sha256(const void *bytes, size_t n, char text[FL_HASH_SHA256_TEXT]);

/* The sha256 of a file's bytes; false when it cannot be read. */
bool fl_hash_sha256_file(const char *path, char text[FL_HASH_SHA256_TEXT], fl_error *error);

#endif
