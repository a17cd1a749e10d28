/* Fingerprints by xxHash and OpenSSL. */
#include "base/hash.h"
#include "base/file.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <xxhash.h>

uint64_t fl_hash(const void *bytes, size_t n)
{
    return XXH3_64bits(bytes, n);
}

void fl_hash_text(uint64_t hash, char text[FL_HASH_TEXT])
{
    snprintf(text, FL_HASH_TEXT, "%016" PRIx64, hash);
}

static void digest_text(const unsigned char *sum, char text[FL_HASH_SHA256_TEXT])
{
    for (size_t i = 0; i < FL_HASH_SHA256_TEXT / 2; i++) snprintf(text + 2 * i, 3, "%02x", sum[i]);
}

/* A sha256 fails for lack of memory only, or with OpenSSL itself. */
static void need(bool done)
{
    if (!done) fl_error_give_up("OpenSSL cannot make a sha256");
}

void fl_hash_sha256(const void *bytes, size_t n, char text[FL_HASH_SHA256_TEXT])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    need(EVP_Digest(bytes, n, sum, NULL, EVP_sha256(), NULL));
    digest_text(sum, text);
}

static bool digest_stream(EVP_MD_CTX *digest, FILE *file)
{
    static char buffer[1 << 16];
    size_t n;
    need(EVP_DigestInit_ex(digest, EVP_sha256(), NULL));
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0) need(EVP_DigestUpdate(digest, buffer, n));
    return !ferror(file);
}

bool fl_hash_sha256_file(const char *path, char text[FL_HASH_SHA256_TEXT], fl_error *error)
{
    FILE *file = fl_file_stream(path, error);
    if (!file) return false;
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    need(digest != NULL);
    bool read = digest_stream(digest, file);
    int trouble = errno;
    unsigned char sum[EVP_MAX_MD_SIZE];
    need(EVP_DigestFinal_ex(digest, sum, NULL));
    EVP_MD_CTX_free(digest);
    fclose(file);
    errno = trouble;
    if (!read) return fl_file_error(error, path, "cannot be read");
    digest_text(sum, text);
    return true;
}
