/* Fingerprints by xxHash and OpenSSL. */
#include "base/hash.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

uint64_t fl_hash(const void *bytes, size_t n)
{
    return XXH3_64bits(bytes, n);
}

void fl_hash_text(uint64_t hash, char text[FL_HASH_TEXT])
{
    snprintf(text, FL_HASH_TEXT, "%016" PRIx64, hash);
}

static void digest_text(const unsigned char *sum, char text[FL_SHA256_TEXT])
{
    for (size_t i = 0; i < FL_SHA256_TEXT / 2; i++) snprintf(text + 2 * i, 3, "%02x", sum[i]);
}

void fl_sha256(const void *bytes, size_t n, char text[FL_SHA256_TEXT])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    if (!EVP_Digest(bytes, n, sum, NULL, EVP_sha256(), NULL)) fl_die("OpenSSL cannot make a sha256");
    digest_text(sum, text);
}

static bool digest_stream(EVP_MD_CTX *digest, FILE *file)
{
    static char buffer[1 << 16];
    size_t n;
    EVP_DigestInit_ex(digest, EVP_sha256(), NULL);
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0) EVP_DigestUpdate(digest, buffer, n);
    return !ferror(file);
}

bool fl_sha256_file(const char *path, char text[FL_SHA256_TEXT], fl_error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file) return fl_user_error(error, "%s: %s", path, strerror(errno));
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    if (!digest) fl_die_of_memory("a digest");
    bool read = digest_stream(digest, file);
    unsigned char sum[EVP_MAX_MD_SIZE];
    EVP_DigestFinal_ex(digest, sum, NULL);
    EVP_MD_CTX_free(digest);
    fclose(file);
    if (!read) return fl_machine_error(error, "%s: reading failed: %s", path, strerror(errno));
    digest_text(sum, text);
    return true;
}
